package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Address;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ServerState;

import org.junit.jupiter.api.Test;

import java.util.Random;

class DrainDecisionTest {
    private static final long SECONDS = 1_000_000_000;

    private final FakeServerState server = new FakeServerState();
    private final Clock worker = new Clock();

    static final class FakeServerState implements ServerState {
        volatile boolean failed;

        @Override
        public boolean healthCheckFailed() {
            return failed;
        }

        @Override
        public Address localAddress() {
            return FakeConnectionInfo.ip("127.0.0.1", 0);
        }
    }

    /// A worker that only tells the time and draws.
    private static final class Clock implements Worker {
        private final Random random = new Random(1);
        long now = -7 * SECONDS;

        @Override
        public int index() {
            return 0;
        }

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long currentTimeMillis() {
            return 0;
        }

        @Override
        public long random() {
            return random.nextLong();
        }

        @Override
        public Timer timer(Runnable task) {
            throw new AssertionError("no timers here");
        }

        @Override
        public boolean post(Runnable task) {
            throw new AssertionError("no tasks here");
        }

        @Override
        public boolean current() {
            return true;
        }
    }

    private DrainDecision decision(boolean immediate, boolean modifyOnly) {
        return new DrainDecision(new DrainSettings(100 * SECONDS, immediate), server, modifyOnly);
    }

    private int shareOf1000(DrainDecision decision) {
        int closed = 0;
        for (int i = 0; i < 1000; i++) {
            closed += decision.close(worker) ? 1 : 0;
        }
        return closed;
    }

    @Test
    void nothingClosesWhileNobodyDrains() {
        assertThat(shareOf1000(decision(true, false))).isZero();
    }

    @Test
    void theGradualChanceGrowsOverTheDrainTimeAndThenIsCertain() {
        DrainDecision decision = decision(false, false);
        decision.begin(worker.now);
        assertThat(shareOf1000(decision)).isZero();
        worker.now += 25 * SECONDS;
        assertThat(shareOf1000(decision)).isBetween(180, 320);
        worker.now += 50 * SECONDS;
        assertThat(shareOf1000(decision)).isBetween(680, 820);
        worker.now += 25 * SECONDS;
        assertThat(shareOf1000(decision)).isEqualTo(1000);
    }

    @Test
    void aSecondBeginningDoesNotStartOver() {
        DrainDecision decision = decision(false, false);
        decision.begin(worker.now);
        worker.now += 100 * SECONDS;
        decision.begin(worker.now);
        assertThat(shareOf1000(decision)).isEqualTo(1000);
    }

    @Test
    void theImmediateStrategyClosesAtOnce() {
        DrainDecision decision = decision(true, false);
        decision.begin(worker.now);
        assertThat(shareOf1000(decision)).isEqualTo(1000);
    }

    @Test
    void aDrainTimeOfZeroClosesAtOnce() {
        DrainDecision decision = new DrainDecision(new DrainSettings(0, false), server, false);
        decision.begin(worker.now);
        assertThat(shareOf1000(decision)).isEqualTo(1000);
    }

    @Test
    void aFailedHealthCheckClosesUnlessTheListenerDrainsForChangesOnly() {
        server.failed = true;
        assertThat(shareOf1000(decision(false, false))).isEqualTo(1000);
        assertThat(shareOf1000(decision(false, true))).isZero();
    }
}
