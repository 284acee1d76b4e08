package io.nuncio.spi.host;

import com.github.xds.type.matcher.v3.Matcher;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchTree;

import org.osgi.annotation.versioning.ProviderType;

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
}
