package io.nuncio.kernel.route.action;

import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.nuncio.kernel.route.headers.HeaderText;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

/// How a route changes the host. An empty new host changes nothing.
public sealed interface HostRewrite {
    /// The new host, empty for the old one.
    String host(RequestHeaders headers);

    /// @return null for no rewrite
    static @Nullable HostRewrite of(RouteAction action, Problems problems) {
        return switch (action.getHostRewriteSpecifierCase()) {
            case HOST_REWRITE_LITERAL -> literal(action.getHostRewriteLiteral());
            case HOST_REWRITE_HEADER -> fromHeader(action.getHostRewriteHeader(), problems);
            case HOST_REWRITE_PATH_REGEX -> {
                RegexRewrite regex =
                        RegexRewrite.of(
                                action.getHostRewritePathRegex(),
                                problems,
                                "host_rewrite_path_regex");
                yield regex == null ? null : new FromPath(regex);
            }
            case AUTO_HOST_REWRITE -> {
                if (action.getAutoHostRewrite().getValue()) {
                    problems.add("auto_host_rewrite", "is not supported yet");
                }
                yield null;
            }
            case HOSTREWRITESPECIFIER_NOT_SET -> null;
        };
    }

    /// @return null if it is empty
    static @Nullable HostRewrite literal(String host) {
        return host.isEmpty() ? null : new Literal(HeaderText.of(host));
    }

    private static @Nullable HostRewrite fromHeader(String name, Problems problems) {
        if (name.isEmpty()) {
            return null;
        }
        try {
            return new FromHeader(HeaderName.of(name));
        } catch (IllegalArgumentException wrong) {
            problems.at("host_rewrite_header").expected("the name of a header").found(name);
            return null;
        }
    }

    /// Changes the host, as this rewrite says.
    ///
    /// @param appendForwardedHost true to add the old host to `x-forwarded-host`
    /// @param keepOriginal true to keep the old host in `x-envoy-original-host`
    default void apply(RequestHeaders headers, boolean appendForwardedHost, boolean keepOriginal) {
        String host = host(headers);
        if (host.isEmpty()) {
            return;
        }
        String old = headers.authority();
        if (appendForwardedHost && !old.isEmpty() && !lastForwardedHostIs(headers, old)) {
            headers.appendValue(HeaderName.X_FORWARDED_HOST, ",", old);
        }
        if (keepOriginal) {
            headers.set(HeaderName.X_ENVOY_ORIGINAL_HOST, old);
        }
        headers.authority(host);
    }

    private static boolean lastForwardedHostIs(RequestHeaders headers, String host) {
        String all = headers.get(HeaderName.X_FORWARDED_HOST, "");
        return all.substring(all.lastIndexOf(',') + 1).equals(host);
    }

    /// Always the same host.
    record Literal(String host) implements HostRewrite {
        @Override
        public String host(RequestHeaders headers) {
            return host;
        }
    }

    /// The first value of a request header.
    record FromHeader(HeaderName name) implements HostRewrite {
        @Override
        public String host(RequestHeaders headers) {
            return headers.get(name, "");
        }
    }

    /// Made of the path.
    record FromPath(RegexRewrite regex) implements HostRewrite {
        @Override
        public String host(RequestHeaders headers) {
            return regex.replaceAll(headers.pathWithoutQuery());
        }
    }
}
