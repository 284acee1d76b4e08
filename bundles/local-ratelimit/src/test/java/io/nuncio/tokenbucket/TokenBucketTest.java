package io.nuncio.tokenbucket;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// Cases of Envoy's own tests among them.
class TokenBucketTest {
    private static final long YEAR_SECONDS = 365 * 24 * 60 * 60;

    private static TokenBucket bucket(long max, double perSecond) {
        return new TokenBucket(
                new BucketSize(max, Math.max(perSecond / 1e9, 1 / (YEAR_SECONDS * 1e9))));
    }

    private static long millis(double millis) {
        return (long) (millis * 1_000_000);
    }

    @Test
    void itBeginsFullAndHoldsNoMoreThanItsMaximum() {
        TokenBucket bucket = bucket(3, 1);

        assertThat(bucket.remaining(0)).isEqualTo(3);
        assertThat(bucket.take(3, 0)).isTrue();
        assertThat(bucket.remaining(millis(10_000))).isEqualTo(3);
        assertThat(bucket.take(4, millis(10_000))).isFalse();
        assertThat(bucket.take(3, millis(10_000))).isTrue();
    }

    @Test
    void tokensComeToTheMillisecond() {
        TokenBucket bucket = bucket(10, 1);

        assertThat(bucket.take(20, 0)).isFalse();
        assertThat(bucket.take(9, 0)).isTrue();
        assertThat(bucket.take(1, 0)).isTrue();
        assertThat(bucket.take(1, millis(999))).isFalse();
        assertThat(bucket.take(6, millis(5999))).isFalse();
        assertThat(bucket.take(6, millis(6000))).isTrue();
        assertThat(bucket.take(1, millis(6000))).isFalse();
    }

    @Test
    void partsOfTokensAddUp() {
        TokenBucket bucket = bucket(1, 0.5);

        assertThat(bucket.take(1, 0)).isTrue();
        assertThat(bucket.take(1, millis(500))).isFalse();
        assertThat(bucket.take(1, millis(1500))).isFalse();
        assertThat(bucket.take(1, millis(2000))).isTrue();
    }

    @Test
    void aThirdOfASecondIsExactEnough() {
        TokenBucket bucket = bucket(3, 3);

        for (int second = 0; second < 1000; second++) {
            for (int token = 0; token < 3; token++) {
                assertThat(bucket.take(1, millis(1000 * second))).isTrue();
            }
            assertThat(bucket.take(1, millis(1000 * second))).isFalse();
        }
    }

    @Test
    void aClockThatIsBehindFindsNone() {
        TokenBucket bucket = bucket(1, 1);

        assertThat(bucket.take(1, millis(100))).isTrue();
        assertThat(bucket.take(1, millis(99))).isFalse();
        assertThat(bucket.remaining(millis(99))).isZero();
    }

    @Test
    void atLeastATokenComesEachYear() {
        var size =
                BucketSize.from(
                        io.envoyproxy.envoy.type.v3.TokenBucket.newBuilder()
                                .setMaxTokens(1)
                                .setFillInterval(
                                        com.google.protobuf.Duration.newBuilder()
                                                .setSeconds(2 * YEAR_SECONDS))
                                .build(),
                        new io.nuncio.spi.Problems());
        TokenBucket bucket = new TokenBucket(size);

        assertThat(bucket.take(1, 0)).isTrue();
        assertThat(bucket.take(1, (YEAR_SECONDS - 1) * 1_000_000_000L)).isFalse();
        assertThat(bucket.take(1, YEAR_SECONDS * 1_000_000_000L)).isTrue();
    }

    @Test
    void theWaitIsToldInWholeSeconds() {
        TokenBucket bucket = bucket(1, 0.1);

        assertThat(bucket.secondsToNextToken(0)).isZero();
        bucket.take(1, 0);
        assertThat(bucket.secondsToNextToken(0)).isEqualTo(10);
        assertThat(bucket.secondsToNextToken(millis(500))).isEqualTo(9);
        assertThat(bucket.secondsToNextToken(millis(9500))).isZero();
    }

    @Test
    void asInEnvoyNoTokenIsNeverThere() {
        assertThat(bucket(1, 1).take(0, 0)).isFalse();
    }

    @Test
    void threadsShareItsTokens() throws Exception {
        TokenBucket bucket = bucket(100_000, 1);
        Callable<Long> taker =
                () -> IntStream.range(0, 50_000).filter(i -> bucket.take(1, 0)).count();

        long taken = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<Long> one : threads.invokeAll(java.util.Collections.nCopies(4, taker))) {
                taken += one.get();
            }
        }

        assertThat(taken).isEqualTo(100_000);
    }
}
