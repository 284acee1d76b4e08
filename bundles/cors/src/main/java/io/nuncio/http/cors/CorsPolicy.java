package io.nuncio.http.cors;

import com.google.protobuf.BoolValue;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.TextMatcher;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What one level (route, virtual host or route configuration) allows. What a level does not say,
/// the next less specific one does.
///
/// @param allowMethods empty if the level does not say, as for the other texts
/// @param allowCredentials null if the level does not say, as for the other switches
/// @param enabled which requests the policy holds for; null for all
/// @param shadow which requests are only counted, of those it does not hold for; null for none
record CorsPolicy(
        List<TextMatcher> allowOrigins,
        String allowMethods,
        String allowHeaders,
        String exposeHeaders,
        String maxAge,
        @Nullable Boolean allowCredentials,
        @Nullable Boolean allowPrivateNetworkAccess,
        @Nullable Boolean forwardNotMatchingPreflights,
        @Nullable RuntimeFraction enabled,
        @Nullable RuntimeFraction shadow) {
    CorsPolicy {
        allowOrigins = List.copyOf(allowOrigins);
    }

    static CorsPolicy from(
            io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy message,
            FactoryContext context) {
        var origins = new ArrayList<TextMatcher>();
        for (int i = 0; i < message.getAllowOriginStringMatchCount(); i++) {
            origins.add(
                    context.textMatcher(
                            "allow_origin_string_match[" + i + "]",
                            message.getAllowOriginStringMatch(i)));
        }
        return new CorsPolicy(
                origins,
                message.getAllowMethods(),
                message.getAllowHeaders(),
                message.getExposeHeaders(),
                message.getMaxAge(),
                message.hasAllowCredentials() ? value(message.getAllowCredentials()) : null,
                message.hasAllowPrivateNetworkAccess()
                        ? value(message.getAllowPrivateNetworkAccess())
                        : null,
                message.hasForwardNotMatchingPreflights()
                        ? value(message.getForwardNotMatchingPreflights())
                        : null,
                message.hasFilterEnabled()
                        ? context.runtime().fraction(message.getFilterEnabled())
                        : null,
                message.hasShadowEnabled()
                        ? context.runtime().fraction(message.getShadowEnabled())
                        : null);
    }

    private static Boolean value(BoolValue given) {
        return given.getValue();
    }

    boolean enabledFor(long random) {
        return enabled == null || enabled.includes(random);
    }

    boolean shadowFor(long random) {
        return shadow != null && shadow.includes(random);
    }
}
