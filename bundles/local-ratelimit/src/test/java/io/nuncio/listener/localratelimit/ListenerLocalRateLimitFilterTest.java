package io.nuncio.listener.localratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeAcceptedSocket.State;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// Which sockets pass.
class ListenerLocalRateLimitFilterTest {
    private static final String TWO =
            """
            stat_prefix: edge
            token_bucket: { max_tokens: 2, tokens_per_fill: 1, fill_interval: 1s }
            """;

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();

    private ListenerFilterTemplate template(String yaml) {
        return new ListenerLocalRateLimitExtension()
                .configure(YamlMessages.of(LocalRateLimit.getDefaultInstance(), yaml), context);
    }

    private State accept(ListenerFilterTemplate template) {
        return new FakeAcceptedSocket(worker).pass(template).state();
    }

    private long limited() {
        return context.counter("listener_local_ratelimit.edge.rate_limited");
    }

    @Test
    void oneSocketTooManyIsClosedAndCounted() {
        ListenerFilterTemplate template = template(TWO);

        assertThat(accept(template)).isEqualTo(State.PASSED);
        assertThat(accept(template)).isEqualTo(State.PASSED);
        assertThat(accept(template)).isEqualTo(State.CLOSED);
        assertThat(limited()).isEqualTo(1);
    }

    @Test
    void theBucketFillsAgain() {
        ListenerFilterTemplate template = template(TWO);
        accept(template);
        accept(template);
        worker.advance(Duration.ofSeconds(1));

        assertThat(accept(template)).isEqualTo(State.PASSED);
        assertThat(accept(template)).isEqualTo(State.CLOSED);
    }

    @Test
    void theRuntimeMaySwitchItOff() {
        ListenerFilterTemplate template =
                template(TWO + "runtime_enabled: { runtime_key: limit, default_value: true }");
        accept(template);
        accept(template);
        context.runtime("limit", "false");

        assertThat(accept(template)).isEqualTo(State.PASSED);
        assertThat(limited()).isZero();
    }

    @Test
    void theBucketMustNotFillTooOften() {
        template("stat_prefix: a\ntoken_bucket: { max_tokens: 1, fill_interval: 0.049s }");

        assertThat(context.reported())
                .containsExactly("token_bucket.fill_interval: was `49ms`, expected at least 50ms");
    }
}
