package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Stream;

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
/// @param shared what the filter state of the connection begins with
public record TransportOptions(
        @Nullable String serverName,
        List<String> subjectAltNames,
        List<String> applicationProtocols,
        @Nullable Connection downstream,
        List<SharedState> shared) {
    /// Nothing special.
    public static final TransportOptions NONE =
            new TransportOptions(null, List.of(), List.of(), null);

    private static final String SERVER_NAME = "envoy.network.upstream_server_name";
    private static final String ALT_NAMES = "envoy.network.upstream_subject_alt_names";
    private static final String PROTOCOLS = "envoy.network.application_protocols";

    /// Without shared state.
    public TransportOptions(
            @Nullable String serverName,
            List<String> subjectAltNames,
            List<String> applicationProtocols,
            @Nullable Connection downstream) {
        this(serverName, subjectAltNames, applicationProtocols, downstream, List.of());
    }

    public TransportOptions {
        subjectAltNames = List.copyOf(subjectAltNames);
        applicationProtocols = List.copyOf(applicationProtocols);
        shared = List.copyOf(shared);
    }

    /// True if the connection is to be as the configuration says, so that others may have it, too.
    public boolean asConfigured() {
        return this == NONE
                || (serverName == null
                        && subjectAltNames.isEmpty()
                        && applicationProtocols.isEmpty()
                        && shared.stream().noneMatch(SharedState::keepsConnectionsApart));
    }

    /// What streams of other downstreams must wish for, too, to have the same connection: nothing
    /// of the downstream's own, and of the shared state what keeps connections apart. The rest of
    /// it is not given to a connection that others may get.
    public TransportOptions sharable() {
        return asConfigured()
                ? NONE
                : new TransportOptions(
                        serverName,
                        subjectAltNames,
                        applicationProtocols,
                        null,
                        shared.stream().filter(SharedState::keepsConnectionsApart).toList());
    }

    /// What filters have left in the filter state under Envoy's names, and what they share; [#NONE]
    /// if that is nothing.
    public static TransportOptions wished(StreamInfo info) {
        Object name = info.filterState(SERVER_NAME);
        Object altNames = info.filterState(ALT_NAMES);
        Object protocols = info.filterState(PROTOCOLS);
        List<SharedState> shared = info.sharedState();
        return name == null && altNames == null && protocols == null && shared.isEmpty()
                ? NONE
                : new TransportOptions(
                        FilterStateObject.textOf(name),
                        list(altNames),
                        list(protocols),
                        null,
                        shared);
    }

    /// A list of names, or a text with commas between them.
    private static List<String> list(@Nullable Object object) {
        String text = FilterStateObject.textOf(object);
        return text == null
                ? List.of()
                : Stream.of(text.split(",", -1))
                        .map(String::strip)
                        .filter(each -> !each.isEmpty())
                        .toList();
    }

    /// The same for that downstream connection.
    public TransportOptions withDownstream(@Nullable Connection connection) {
        return new TransportOptions(
                serverName, subjectAltNames, applicationProtocols, connection, shared);
    }
}
