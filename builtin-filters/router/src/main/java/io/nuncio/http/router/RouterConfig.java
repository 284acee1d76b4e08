package io.nuncio.http.router;

import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.host.RetryRuntime;

import java.util.ArrayList;
import java.util.List;

/// What the router works with.
///
/// @param dynamicStats true to count responses per status code
/// @param suppressEnvoyHeaders true to set no `x-envoy-*` headers towards either side
/// @param respectExpectedTimeout true to take `x-envoy-expected-rq-timeout-ms` from a proxy before
///   this one as the timeout
/// @param strictHeaders headers whose values must be valid, or the request is refused
/// @param retries what the runtime says of retries
record RouterConfig(
        boolean dynamicStats,
        boolean suppressEnvoyHeaders,
        boolean respectExpectedTimeout,
        List<HeaderName> strictHeaders,
        RetryRuntime retries) {
    RouterConfig {
        strictHeaders = List.copyOf(strictHeaders);
    }

    static RouterConfig from(Router message, RuntimeValues runtime) {
        List<HeaderName> strict = new ArrayList<>();
        for (String name : message.getStrictCheckHeadersList()) {
            strict.add(HeaderName.of(name));
        }
        return new RouterConfig(
                !message.hasDynamicStats() || message.getDynamicStats().getValue(),
                message.getSuppressEnvoyHeaders(),
                message.getRespectExpectedRqTimeout(),
                strict,
                RetryRuntime.from(runtime));
    }
}
