package io.nuncio.spi.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JitteredBackOffTest {
    @Test
    void eachWaitIsWithinALimitThatDoublesUpToTheMaximum() {
        JitteredBackOff waits = new JitteredBackOff(25, 250);
        assertThat(waits.nextMillis(49)).as("of 25").isEqualTo(24);
        assertThat(waits.nextMillis(149)).as("of 50").isEqualTo(49);
        assertThat(waits.nextMillis(199)).as("of 100").isEqualTo(99);
        assertThat(waits.nextMillis(399)).as("of 200").isEqualTo(199);
        assertThat(waits.nextMillis(499)).as("of 250").isEqualTo(249);
        assertThat(waits.nextMillis(249)).as("of 250").isEqualTo(249);
    }

    @Test
    void aWaitMayBeNothing() {
        assertThat(new JitteredBackOff(25, 250).nextMillis(25)).isZero();
    }

    @Test
    void aMaximumLikeTheBaseStays() {
        JitteredBackOff waits = new JitteredBackOff(10, 10);
        assertThat(waits.nextMillis(19)).isEqualTo(9);
        assertThat(waits.nextMillis(19)).isEqualTo(9);
    }

    @Test
    void randomNumbersAreUnsigned() {
        assertThat(new JitteredBackOff(25, 250).nextMillis(-1)).isBetween(0L, 24L);
    }

    @Test
    void whatWasAskedForIsWaitedForAndUpToHalfAsMuchMore() {
        assertThat(JitteredBackOff.afterLimit(1000, 0)).isEqualTo(1000);
        assertThat(JitteredBackOff.afterLimit(1000, 499)).isEqualTo(1499);
        assertThat(JitteredBackOff.afterLimit(1000, 500)).isEqualTo(1000);
        assertThat(JitteredBackOff.afterLimit(2, 7)).isEqualTo(2);
    }
}
