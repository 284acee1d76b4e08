package io.nuncio.filterstate;

import io.nuncio.spi.Address;
import io.nuncio.spi.HashableText;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/// What a text becomes as an object of the filter state, by Envoy's well-known keys.
enum ObjectKind {
    TEXT {
        @Override
        Object object(String text) {
            return text;
        }
    },
    /// A text that keeps the upstream connections of those who share it apart.
    HASHABLE_TEXT {
        @Override
        Object object(String text) {
            return new HashableText(text);
        }
    },
    /// Texts between commas.
    TEXTS {
        @Override
        Object object(String text) {
            return List.of(text.split(",", -1));
        }
    },
    /// A whole number that is not negative.
    NUMBER {
        @Override
        @Nullable Object object(String text) {
            try {
                long number = Long.parseLong(text.strip());
                return number < 0 ? null : number;
            } catch (NumberFormatException _) {
                return null;
            }
        }
    },
    TRUTH {
        @Override
        @Nullable Object object(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true", "t", "yes", "y", "1" -> true;
                case "false", "f", "no", "n", "0" -> false;
                default -> null;
            };
        }
    },
    /// An IP address.
    IP {
        @Override
        @Nullable Object object(String text) {
            return Address.Ip.parse(text, 0);
        }
    },
    /// An IP address and a port.
    ADDRESS {
        @Override
        @Nullable Object object(String text) {
            int colon = text.lastIndexOf(':');
            if (colon < 1 || !(NUMBER.object(text.substring(colon + 1)) instanceof Long port)) {
                return null;
            }
            boolean brackets = text.charAt(0) == '[' && text.charAt(colon - 1) == ']';
            String host = brackets ? text.substring(1, colon - 1) : text.substring(0, colon);
            return port > MAX_PORT || brackets != host.contains(":")
                    ? null
                    : Address.Ip.parse(host, port.intValue());
        }
    };

    private static final int MAX_PORT = 65_535;

    /// The object of a text, null if there is none for it.
    abstract @Nullable Object object(String text);

    /// The kind that Envoy has for a key.
    ///
    /// @return null if the key is not well known
    static @Nullable ObjectKind of(String key) {
        return switch (key) {
            case "envoy.string",
                    "envoy.tcp_proxy.cluster",
                    "envoy.udp_proxy.cluster",
                    "envoy.network.upstream_server_name",
                    "envoy.upstream.dynamic_host" ->
                    TEXT;
            case "envoy.hashable_string" -> HASHABLE_TEXT;
            case "envoy.network.application_protocols",
                    "envoy.network.upstream_subject_alt_names" ->
                    TEXTS;
            case "envoy.tcp_proxy.per_connection_idle_timeout_ms",
                    "envoy.ratelimit.hits_addend",
                    "envoy.upstream.dynamic_port" ->
                    NUMBER;
            case "envoy.tcp_proxy.disable_tunneling" -> TRUTH;
            case "envoy.network.ip" -> IP;
            case "envoy.network.transport_socket.original_dst_address",
                    "envoy.filters.listener.original_dst.local_ip",
                    "envoy.filters.listener.original_dst.remote_ip" ->
                    ADDRESS;
            default -> null;
        };
    }
}
