package io.nuncio.network.localratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class NetworkLocalRateLimitFilterTest {
    private static final String ONE_A_SECOND = "token_bucket: {max_tokens: 1, fill_interval: 1s}\n";

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();

    private NetworkFilterTemplate template(String yaml) {
        LocalRateLimit message =
                YamlMessages.of(LocalRateLimit.getDefaultInstance(), "stat_prefix: p\n" + yaml);
        return new NetworkLocalRateLimitExtension().configure(message, context);
    }

    private FakeConnection connect(NetworkFilterTemplate template) {
        var connection = new FakeConnection(worker);
        connection.serve(template);
        return connection;
    }

    private long limited() {
        return context.counter("local_rate_limit.p.rate_limited");
    }

    @Test
    void aConnectionWithoutATokenIsClosedAndCounted() {
        NetworkFilterTemplate template = template(ONE_A_SECOND);
        FakeConnection first = connect(template);
        FakeConnection second = connect(template);

        assertThat(first.open()).isTrue();
        assertThat(first.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
        assertThat(second.closedHow()).isEqualTo(Connection.Close.NO_FLUSH);
        assertThat(second.info().localCloseReason()).isEqualTo("local_ratelimit_close_over_limit");
        assertThat(second.outcome()).isEqualTo(NetworkOutcome.STOP);
        assertThat(second.streamInfo().flags())
                .containsExactly(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        assertThat(limited()).isEqualTo(1);
    }

    @Test
    void tokensComeAgain() {
        NetworkFilterTemplate template = template(ONE_A_SECOND);
        connect(template);
        worker.advance(Duration.ofSeconds(1));

        assertThat(connect(template).open()).isTrue();
    }

    @Test
    void connectionsThatEndGiveNoTokenBack() {
        NetworkFilterTemplate template = template(ONE_A_SECOND);
        connect(template).peerCloses();

        assertThat(connect(template).open()).isFalse();
    }

    @Test
    void theRuntimeSaysWhetherItIsEnabled() {
        NetworkFilterTemplate template =
                template(
                        ONE_A_SECOND
                                + "runtime_enabled: {default_value: false, runtime_key: limit}");
        connect(template);
        boolean disabled = connect(template).open();
        context.runtime("limit", "true");
        connect(template);

        assertThat(disabled).isTrue();
        assertThat(connect(template).open()).isFalse();
        assertThat(limited()).isEqualTo(1);
    }

    @Test
    void filtersShareABucketByItsKeyIfItIsTheSame() {
        NetworkFilterTemplate one = template(ONE_A_SECOND + "share_key: k");
        NetworkFilterTemplate same = template(ONE_A_SECOND + "share_key: k");
        NetworkFilterTemplate otherKey = template(ONE_A_SECOND + "share_key: l");
        NetworkFilterTemplate otherSize =
                template("token_bucket: {max_tokens: 1, fill_interval: 2s}\nshare_key: k");
        connect(one);

        assertThat(connect(same).open()).isFalse();
        assertThat(connect(otherKey).open()).isTrue();
        assertThat(connect(otherSize).open()).isTrue();
    }

    @Test
    void withoutAKeyEachHasItsOwn() {
        connect(template(ONE_A_SECOND));

        assertThat(connect(template(ONE_A_SECOND)).open()).isTrue();
    }

    @Test
    void anIntervalThatIsTooShortIsRefused() {
        template("token_bucket: {max_tokens: 1, fill_interval: 0.01s}");

        assertThat(context.reported())
                .containsExactly("token_bucket.fill_interval: was `10ms`, expected at least 50ms");
    }
}
