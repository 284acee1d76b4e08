package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The local rate limit filter for connections, between sockets and on two workers.
class NetworkLocalRateLimitIT {
    @TempDir Path folder;

    @Test
    void connectionsWithoutATokenAreClosed() throws Exception {
        try (ChainedProxy proxy =
                new ChainedProxy(
                        folder,
                        "%RESPONSE_FLAGS% %DOWNSTREAM_LOCAL_CLOSE_REASON%",
                        "",
                        ChainedProxy.filter(
                                "local_ratelimit",
                                "local_ratelimit.v3.LocalRateLimit",
                                "stat_prefix: p, token_bucket: { max_tokens: 4, fill_interval:"
                                        + " 1000s }"),
                        ChainedProxy.ECHO)) {
            for (int connection = 0; connection < 10; connection++) {
                try (RawClient client = proxy.client()) {
                    if (connection < 4) {
                        client.send("x");
                        assertThat(client.socket().getInputStream().read()).isEqualTo('x');
                    } else {
                        assertThat(client.closedByPeer()).isTrue();
                    }
                }
            }

            proxy.server().awaitStat("local_rate_limit.p.rate_limited", 6);
            assertThat(proxy.logged(10))
                    .filteredOn(line -> line.equals("URX local_ratelimit_close_over_limit"))
                    .hasSize(6);
        }
    }
}
