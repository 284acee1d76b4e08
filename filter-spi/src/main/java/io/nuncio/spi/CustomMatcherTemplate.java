package io.nuncio.spi;

import com.github.xds.type.matcher.v3.Matcher;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// A compiled way of its own to find the branch of a matcher tree. Thread: main.
@FunctionalInterface
@ConsumerType
public interface CustomMatcherTemplate {
    /// Makes the node of the tree; called once, after [CustomMatcherFactory#configure].
    <A> MatchTree<A> create(Context<A> context);

    /// What the node is made of.
    @ProviderType
    interface Context<A> {
        MatchInput input();

        /// Compiles one branch; problems are reported below `field`, relative to the custom
        /// matcher's own message.
        MatchTree<A> onMatch(Matcher.OnMatch branch, String field);

        /// What holds if no branch matches.
        MatchTree<A> onNoMatch();

        /// Where everything else that is wrong is reported, relative to the same message.
        Problems problems();
    }
}
