package io.nuncio.kernel.calls;

import io.nuncio.spi.Counter;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.StatsScope;

import java.util.ArrayList;
import java.util.List;

/// The statistics of a `google_grpc` service, with Envoy's names.
///
/// @param closed by status
record ServiceStats(StatsScope scope, Counter total, List<Counter> closed) {
    static ServiceStats in(StatsScope root, String prefix) {
        StatsScope scope = root.scope("grpc." + prefix);
        List<Counter> closed = new ArrayList<>();
        for (int code = 0; code <= GrpcStatus.UNAUTHENTICATED; code++) {
            closed.add(scope.counter("streams_closed_" + code));
        }
        return new ServiceStats(scope, scope.counter("streams_total"), List.copyOf(closed));
    }

    void closed(int code) {
        closed.get(code).increment();
    }
}
