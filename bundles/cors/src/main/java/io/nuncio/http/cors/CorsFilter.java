package io.nuncio.http.cors;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The CORS protocol for one stream: a preflight is answered here, any other response says who may
/// read it.
final class CorsFilter implements HttpFilter {
    private static final HeaderName REQUEST_METHOD = HeaderName.of("access-control-request-method");
    private static final HeaderName REQUEST_HEADERS =
            HeaderName.of("access-control-request-headers");
    private static final HeaderName REQUEST_PRIVATE_NETWORK =
            HeaderName.of("access-control-request-private-network");
    private static final HeaderName ALLOW_ORIGIN = HeaderName.of("access-control-allow-origin");
    private static final HeaderName ALLOW_METHODS = HeaderName.of("access-control-allow-methods");
    private static final HeaderName ALLOW_HEADERS = HeaderName.of("access-control-allow-headers");
    private static final HeaderName ALLOW_CREDENTIALS =
            HeaderName.of("access-control-allow-credentials");
    private static final HeaderName ALLOW_PRIVATE_NETWORK =
            HeaderName.of("access-control-allow-private-network");
    private static final HeaderName EXPOSE_HEADERS = HeaderName.of("access-control-expose-headers");
    private static final HeaderName MAX_AGE = HeaderName.of("access-control-max-age");

    private final CorsStats stats;
    private final Stream stream;

    /// The policies that responses follow; null unless the request's origin is allowed.
    private @Nullable Policies enforced;

    private String allowedOrigin = "";

    CorsFilter(CorsStats stats, Stream stream) {
        this.stats = stats;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        int origin = headers.find(HeaderName.ORIGIN);
        if (origin < 0 || headers.valueLength(origin) == 0) {
            return HeadersOutcome.CONTINUE;
        }
        Policies policies = policies();
        if (policies == null) {
            return HeadersOutcome.CONTINUE;
        }
        boolean enabled = policies.mostSpecific().enabledFor(stream.worker().random());
        if (!enabled && !policies.mostSpecific().shadowFor(stream.worker().random())) {
            return HeadersOutcome.CONTINUE;
        }
        boolean allowed = policies.allowsOrigin(headers, origin);
        (allowed ? stats.originValid() : stats.originInvalid()).increment();
        if (!enabled) {
            return HeadersOutcome.CONTINUE;
        }
        if (allowed) {
            enforced = policies;
            allowedOrigin = headers.valueOf(origin);
        }
        boolean preflight =
                headers.methodIs("OPTIONS") && !headers.get(REQUEST_METHOD, "").isEmpty();
        if (!preflight || !allowed && policies.is(CorsPolicy::forwardNotMatchingPreflights, true)) {
            return HeadersOutcome.CONTINUE;
        }
        stream.respondHeaders(answer(headers, policies, allowed), true, "cors_response");
        return HeadersOutcome.PAUSE;
    }

    /// Null if the route answers itself, or no level has a policy.
    private @Nullable Policies policies() {
        if (stream.route().answersItself()) {
            return null;
        }
        List<CorsPolicy> levels = stream.perRouteOfAllLevels(CorsPolicy.class);
        return levels.isEmpty() ? null : new Policies(levels);
    }

    private ResponseHeaders answer(RequestHeaders request, Policies policies, boolean allowed) {
        ResponseHeaders answer = ResponseHeaders.of(200);
        if (allowed) {
            answer.set(ALLOW_ORIGIN, allowedOrigin);
        }
        if (policies.is(CorsPolicy::allowCredentials, false)) {
            answer.set(ALLOW_CREDENTIALS, "true");
        }
        allow(
                answer,
                ALLOW_METHODS,
                policies.text(CorsPolicy::allowMethods),
                request,
                REQUEST_METHOD);
        allow(
                answer,
                ALLOW_HEADERS,
                policies.text(CorsPolicy::allowHeaders),
                request,
                REQUEST_HEADERS);
        String maxAge = policies.text(CorsPolicy::maxAge);
        if (!maxAge.isEmpty()) {
            answer.set(MAX_AGE, maxAge);
        }
        if (policies.is(CorsPolicy::allowPrivateNetworkAccess, false)
                && request.is(REQUEST_PRIVATE_NETWORK, "true")) {
            answer.set(ALLOW_PRIVATE_NETWORK, "true");
        }
        return answer;
    }

    /// A star allows what the request asks for.
    private static void allow(
            ResponseHeaders answer,
            HeaderName name,
            String allowed,
            RequestHeaders request,
            HeaderName wanted) {
        if (!allowed.isEmpty()) {
            answer.set(name, allowed.equals("*") ? request.get(wanted, "") : allowed);
        }
    }

    @Override
    public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
        Policies policies = enforced;
        if (policies == null) {
            return HeadersOutcome.CONTINUE;
        }
        headers.set(ALLOW_ORIGIN, allowedOrigin);
        if (policies.is(CorsPolicy::allowCredentials, false)) {
            headers.set(ALLOW_CREDENTIALS, "true");
        }
        String expose = policies.text(CorsPolicy::exposeHeaders);
        if (!expose.isEmpty()) {
            headers.set(EXPOSE_HEADERS, expose);
        }
        return HeadersOutcome.CONTINUE;
    }
}
