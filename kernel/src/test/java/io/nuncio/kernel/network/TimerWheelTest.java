package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.nuncio.spi.Timer;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class TimerWheelTest {
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000 * MILLIS;
    private static final long RESOLUTION = 1 << 20;

    private final ManualTime time = new ManualTime(-5_000_000_000L);
    private final LoopClock clock = new LoopClock(time, false);
    private final TimerWheel wheel = new TimerWheel(clock);
    private final List<String> ran = new ArrayList<>();

    private void move(long nanos) {
        time.move(nanos);
        clock.refresh();
        wheel.advance();
    }

    private Timer timer(String name) {
        return wheel.timer(() -> ran.add(name));
    }

    @Test
    void aTimerRunsOnceAndNotBeforeItsTime() {
        Timer timer = timer("a");
        timer.arm(10 * MILLIS);
        move(10 * MILLIS - 1);
        assertThat(ran).isEmpty();
        assertThat(timer.armed()).isTrue();
        move(RESOLUTION);
        assertThat(ran).containsExactly("a");
        assertThat(timer.armed()).isFalse();
        move(SECONDS);
        assertThat(ran).containsExactly("a");
    }

    @Test
    void aTimerArmedForNowRunsInTheNextRoundEvenIfTimeStandsStill() {
        timer("a").arm(0);
        assertThat(wheel.nextExpiry()).isEqualTo(clock.nanoTime());
        move(0);
        assertThat(ran).containsExactly("a");
    }

    @Test
    void aTaskThatArmsItsTimerForNowRunsOncePerRound() {
        Timer[] self = new Timer[1];
        self[0] =
                wheel.timer(() -> {
                    ran.add("a");
                    self[0].arm(0);
                });
        self[0].arm(0);
        move(0);
        assertThat(ran).hasSize(1);
        move(0);
        assertThat(ran).hasSize(2);
    }

    @Test
    void aDisarmedTimerDoesNotRun() {
        Timer timer = timer("a");
        timer.arm(MILLIS);
        timer.disarm();
        assertThat(timer.armed()).isFalse();
        move(SECONDS);
        assertThat(ran).isEmpty();
    }

    @Test
    void aTimerDisarmedByAnotherThatIsDueWithItDoesNotRun() {
        Timer second = timer("second");
        Timer first = wheel.timer(second::disarm);
        first.arm(0);
        second.arm(0);
        move(SECONDS);
        assertThat(ran).isEmpty();
    }

    @Test
    void armingAgainMovesATimerLaterOrEarlier() {
        Timer later = timer("later");
        later.arm(10 * MILLIS);
        later.arm(5 * SECONDS);
        Timer earlier = timer("earlier");
        earlier.arm(5 * SECONDS);
        earlier.arm(10 * MILLIS);
        move(SECONDS);
        assertThat(ran).containsExactly("earlier");
        move(4 * SECONDS + RESOLUTION);
        assertThat(ran).containsExactly("earlier", "later");
    }

    @Test
    void timersRunInTheOrderOfTheirTimes() {
        timer("30 s").arm(30 * SECONDS);
        timer("2 ms").arm(2 * MILLIS);
        timer("1 h").arm(3600 * SECONDS);
        timer("80 ms").arm(80 * MILLIS);
        move(2 * 3600 * SECONDS);
        assertThat(ran).containsExactly("2 ms", "80 ms", "30 s", "1 h");
    }

    @Test
    void anIdleWheelAsksForNoWakeUp() {
        Timer timer = timer("a");
        assertThat(wheel.nextExpiry()).isEqualTo(Long.MAX_VALUE);
        timer.arm(SECONDS);
        timer.disarm();
        assertThat(wheel.nextExpiry()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aFarTimerCostsAFewWakeUpsUntilItRuns() {
        timer("a").arm(24 * 3600 * SECONDS);
        int wakeUps = 0;
        while (ran.isEmpty()) {
            move(wheel.nextExpiry() - clock.nanoTime());
            wakeUps++;
        }
        assertThat(wakeUps).isLessThan(8);
        assertThat(clock.nanoTime()).isGreaterThanOrEqualTo(24 * 3600 * SECONDS - 5 * SECONDS);
    }

    @Test
    void anEndlessDelayIsAccepted() {
        Timer timer = timer("a");
        timer.arm(Long.MAX_VALUE);
        move(1000L * 24 * 3600 * SECONDS);
        assertThat(ran).isEmpty();
        assertThat(timer.armed()).isTrue();
    }

    @Test
    void aTaskThatFailsDoesNotKeepTheOthersFromRunning() {
        wheel.timer(
                        () -> {
                            throw new IllegalStateException("expected by the test");
                        })
                .arm(0);
        timer("a").arm(0);
        move(0);
        assertThat(ran).containsExactly("a");
    }

    @Test
    void manyTimersArmedMovedAndDisarmedAtRandomRunEachAtItsOwnTime() {
        Random random = new Random(7);
        int count = 500;
        long[] due = new long[count];
        int[] runs = new int[1];
        Timer[] timers = new Timer[count];
        for (int i = 0; i < count; i++) {
            int self = i;
            due[i] = -1;
            timers[i] =
                    wheel.timer(() -> {
                        assertThat(due[self]).as("armed").isNotEqualTo(-1);
                        assertThat(clock.nanoTime()).isGreaterThanOrEqualTo(due[self]);
                        runs[0]++;
                        due[self] = -1;
                    });
        }
        for (int step = 0; step < 5_000; step++) {
            int i = random.nextInt(count);
            if (random.nextInt(4) == 0) {
                timers[i].disarm();
                due[i] = -1;
            } else {
                long delay = (long) Math.pow(10, random.nextDouble(12.5));
                timers[i].arm(delay);
                due[i] = clock.nanoTime() + delay;
            }
            long pause = (long) Math.pow(10, random.nextDouble(9));
            move(pause);
            long next = wheel.nextExpiry();
            for (int j = 0; j < count; j++) {
                boolean overdue = due[j] != -1 && due[j] + RESOLUTION <= clock.nanoTime();
                boolean unseen = due[j] != -1 && next >= due[j] + RESOLUTION;
                if (overdue || unseen || timers[j].armed() != (due[j] != -1)) {
                    fail("timer %d, due %d, at %d, next %d", j, due[j], clock.nanoTime(), next);
                }
            }
        }
        assertThat(runs[0]).isGreaterThan(100);
    }
}
