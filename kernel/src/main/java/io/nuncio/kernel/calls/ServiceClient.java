package io.nuncio.kernel.calls;

import io.nuncio.spi.CallRequest;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RetryPolicy;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// A compiled `GrpcService`. Any thread.
///
/// @param cluster where calls go
/// @param scheme of the requests, `https` where the connection is encrypted by the service's own
///   configuration
/// @param authority of the requests
/// @param maxReceiveMessageLength in bytes, 0 for no limit
/// @param stats null for a service that has none besides its cluster's
record ServiceClient(
        String target,
        String cluster,
        String scheme,
        String authority,
        Duration timeout,
        RetryPolicy retryPolicy,
        List<GrpcRequest.Metadata> initialMetadata,
        long maxReceiveMessageLength,
        boolean envoyHeaders,
        @Nullable ServiceStats stats)
        implements GrpcClient {
    private static final long MAX_TIMEOUT_VALUE = 99_999_999;
    private static final String TIMEOUT_UNITS = "mSMH";

    ServiceClient {
        initialMetadata = List.copyOf(initialMetadata);
    }

    CallRequest request(GrpcRequest<?, ?> call) {
        RequestHeaders headers = RequestHeaders.of("POST", scheme, authority, call.method().path());
        headers.add(HeaderName.TE, "trailers");
        if (!call.timeout().isZero()) {
            headers.add(HeaderName.GRPC_TIMEOUT, grpcTimeout(call.timeout().toMillis()));
        }
        headers.add(HeaderName.CONTENT_TYPE, "application/grpc");
        for (GrpcRequest.Metadata entry : initialMetadata) {
            headers.add(entry.name(), entry.value());
        }
        for (GrpcRequest.Metadata entry : call.metadata()) {
            headers.add(entry.name(), entry.value());
        }
        return CallRequest.to(cluster, headers)
                .timeout(call.timeout())
                .retryPolicy(retryPolicy)
                .envoyHeaders(envoyHeaders);
    }

    /// At most eight digits and a unit.
    static String grpcTimeout(long millis) {
        long value = millis;
        int unit = 0;
        while (value > MAX_TIMEOUT_VALUE && unit < TIMEOUT_UNITS.length() - 1) {
            value /= unit == 0 ? 1000 : 60;
            unit++;
        }
        return Math.min(value, MAX_TIMEOUT_VALUE) + TIMEOUT_UNITS.substring(unit, unit + 1);
    }
}
