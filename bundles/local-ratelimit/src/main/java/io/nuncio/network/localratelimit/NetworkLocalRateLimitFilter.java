package io.nuncio.network.localratelimit;

import io.nuncio.network.localratelimit.NetworkLocalRateLimitExtension.Shared;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.ResponseFlag;

/// Takes a token for one connection, and closes it if there is none.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | `token_bucket` | none, must be set | closed at once, `rate_limited` |
final class NetworkLocalRateLimitFilter implements NetworkFilter {
    private static final String OVER = "local_ratelimit_close_over_limit";

    private final Shared shared;
    private final Connection connection;

    NetworkLocalRateLimitFilter(Shared shared, Connection connection) {
        this.shared = shared;
        this.connection = connection;
    }

    @Override
    public NetworkOutcome onNewConnection() {
        if (!shared.enabled().getAsBoolean()
                || shared.bucket().take(1, connection.worker().nanoTime())) {
            return NetworkOutcome.CONTINUE;
        }
        shared.limited().increment();
        shared.log()
                .debug(
                        "{}: closed, there is no token; the limit is token_bucket of the"
                                + " local_ratelimit filter, max_tokens {}",
                        connection,
                        shared.bucket().size().maxTokens());
        connection.streamInfo().addFlag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED); // Envoy's
        connection.close(Connection.Close.NO_FLUSH, OVER);
        return NetworkOutcome.STOP;
    }
}
