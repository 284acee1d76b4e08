package io.nuncio.http.localratelimit;

import io.envoyproxy.envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions;
import io.nuncio.spi.RateLimitDescriptor;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;

import java.util.ArrayList;
import java.util.List;

/// What one request counts as.
final class RequestDescriptors {
    private RequestDescriptors() {}

    /// Empty if no descriptor is configured: then nobody looks at them.
    static List<RateLimitDescriptor> of(
            RequestHeaders headers, Stream stream, LocalRateLimitConfig config) {
        if (config.limits().descriptors().isEmpty()) {
            return List.of();
        }
        Route route = stream.route();
        var descriptors = new ArrayList<RateLimitDescriptor>();
        if (!config.rateLimits().isEmpty()) {
            for (RateLimitPolicy policy : config.rateLimits()) {
                add(policy, headers, stream, descriptors);
            }
        } else if (!route.answersItself()) {
            ofStage(route.rateLimits(), headers, stream, config, descriptors);
            if (withVirtualHost(route, config.virtualHostRateLimits())) {
                ofStage(route.virtualHostRateLimits(), headers, stream, config, descriptors);
            }
        }
        return descriptors;
    }

    private static boolean withVirtualHost(Route route, VhRateLimitsOptions option) {
        return route.includeVirtualHostRateLimits()
                || switch (option) {
                    case OVERRIDE, UNRECOGNIZED -> route.rateLimits().isEmpty();
                    case INCLUDE -> true;
                    case IGNORE -> false;
                };
    }

    /// Those that a runtime key could switch off are left out, whatever it says, as Envoy does.
    private static void ofStage(
            List<RateLimitPolicy> policies,
            RequestHeaders headers,
            Stream stream,
            LocalRateLimitConfig config,
            List<RateLimitDescriptor> descriptors) {
        for (RateLimitPolicy policy : policies) {
            if (policy.stage() == config.stage() && policy.disableKey().isEmpty()) {
                add(policy, headers, stream, descriptors);
            }
        }
    }

    private static void add(
            RateLimitPolicy policy,
            RequestHeaders headers,
            Stream stream,
            List<RateLimitDescriptor> descriptors) {
        RateLimitDescriptor descriptor = policy.descriptor(headers, stream.info());
        if (descriptor != null) {
            descriptors.add(descriptor);
        }
    }
}
