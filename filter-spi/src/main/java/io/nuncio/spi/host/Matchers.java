package io.nuncio.spi.host;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.function.Predicate;

/// Compiles matchers, whose inputs, conditions and actions are extensions. Thread: main.
@ProviderType
public interface Matchers {
    /// What is matched, which decides the inputs that may be used.
    enum Data {
        /// Connections.
        NETWORK,
        /// HTTP streams.
        HTTP
    }

    /// @param action the class of the actions that the place wants
    /// @param context problems are reported below `field`
    <A> MatchTree<A> compile(
            Matcher config, Data data, Class<A> action, FactoryContext context, String field);

    /// Compiles a condition on one header, which allocates nothing (regular expressions excepted).
    ///
    /// @param problems those of the message are reported below `field`
    Predicate<HeaderMap> header(HeaderMatcher config, Problems problems, String field);

    /// Compiles a condition on metadata.
    ///
    /// @param problems those of the message are reported below `field`
    MetadataCondition metadata(MetadataMatcher config, Problems problems, String field);

    /// A condition on a value of metadata. Immutable; any thread.
    interface MetadataCondition {
        /// Usually the name of a filter.
        String namespace();

        /// @param metadata of the namespace, null if there is none
        boolean matches(@Nullable Struct metadata);
    }
}
