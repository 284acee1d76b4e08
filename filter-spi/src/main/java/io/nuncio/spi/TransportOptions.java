package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What one connection to an upstream asks of its transport socket beyond the configuration (Envoy:
/// TransportSocketOptions). Immutable.
///
/// @param serverName what TLS asks for in place of the configured name, null for that
/// @param subjectAltNames names of which the upstream's certificate must have one, whatever else
///   the configuration demands; empty for no further demand
/// @param applicationProtocols what ALPN offers in place of what the configuration says, in order;
///   empty for that
/// @param downstream the connection for whose bytes this one is made, for sockets that tell the
///   upstream about it; null if there is none
public record TransportOptions(
        @Nullable String serverName,
        List<String> subjectAltNames,
        List<String> applicationProtocols,
        @Nullable Connection downstream) {
    /// Nothing special.
    public static final TransportOptions NONE =
            new TransportOptions(null, List.of(), List.of(), null);

    public TransportOptions {
        subjectAltNames = List.copyOf(subjectAltNames);
        applicationProtocols = List.copyOf(applicationProtocols);
    }

    /// True if the connection is to be as the configuration says.
    public boolean asConfigured() {
        return this == NONE
                || (serverName == null
                        && subjectAltNames.isEmpty()
                        && applicationProtocols.isEmpty());
    }
}
