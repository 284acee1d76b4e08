package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.nuncio.spi.FactoryContext;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// Compiles chains of HTTP filters. Thread: main.
@ProviderType
public interface HttpFilterChains {
    /// One entry of the chain.
    ///
    /// @param name the name in the configuration, by which per-route configurations find the filter
    /// @param config the filter's own configuration; the default instance if there is none
    /// @param disabled true if only routes that ask for it get the filter
    /// @param optional true to go on without the filter if nobody provides it
    /// @param discovery where the configuration comes from instead, and changes; null for `config`
    record Entry(
            String name,
            com.google.protobuf.Any config,
            boolean disabled,
            boolean optional,
            @Nullable ExtensionConfigSource discovery) {
        public Entry(
                String name, com.google.protobuf.Any config, boolean disabled, boolean optional) {
            this(name, config, disabled, optional, null);
        }

        public Entry(String name, com.google.protobuf.Any config, boolean disabled) {
            this(name, config, disabled, false);
        }
    }

    /// @param context statistics scope and logger for the filters; problems are reported below
    ///   `field`, by position
    HttpFilterChain compile(List<Entry> filters, FactoryContext context, String field);
}
