package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What every [Worker] promises, real or fake.
abstract class WorkerContract {
    private static final long MILLIS = 1_000_000;

    final List<String> ran = new CopyOnWriteArrayList<>();

    abstract Worker worker();

    /// Runs the task on the worker and waits for its end.
    abstract void onWorker(Runnable task) throws Exception;

    /// Lets at least that much time pass, with the worker's rounds going on.
    abstract void pass(long nanos) throws Exception;

    @Test
    void tasksRunOnTheWorkerInTheOrderInWhichTheyWerePosted() throws Exception {
        assertThat(worker().post(() -> ran.add("1 " + worker().current()))).isTrue();
        assertThat(worker().post(() -> ran.add("2 " + worker().current()))).isTrue();
        onWorker(() -> ran.add("3"));
        assertThat(ran).containsExactly("1 true", "2 true", "3");
    }

    @Test
    void aTaskPostedFromTheWorkerRunsAfterTheCurrentOne() throws Exception {
        onWorker(() -> {
            worker().post(() -> ran.add("posted"));
            ran.add("current");
        });
        onWorker(() -> {});
        assertThat(ran).containsExactly("current", "posted");
    }

    @Test
    void aTimerRunsOnTheWorkerNotBeforeItsTime() throws Exception {
        long[] times = new long[2];
        onWorker(() -> {
            times[0] = worker().nanoTime();
            Timer timer =
                    worker().timer(() -> {
                        times[1] = worker().nanoTime();
                        ran.add("timer " + worker().current());
                    });
            timer.arm(15 * MILLIS);
        });
        pass(40 * MILLIS);
        assertThat(ran).containsExactly("timer true");
        assertThat(times[1] - times[0]).isGreaterThanOrEqualTo(15 * MILLIS);
    }

    @Test
    void aDisarmedTimerDoesNotRunAndCanBeArmedAgain() throws Exception {
        Timer[] timer = new Timer[1];
        onWorker(() -> {
            timer[0] = worker().timer(() -> ran.add("timer"));
            timer[0].arm(10 * MILLIS);
            assertThat(timer[0].armed()).isTrue();
            timer[0].disarm();
            assertThat(timer[0].armed()).isFalse();
        });
        pass(25 * MILLIS);
        assertThat(ran).isEmpty();
        onWorker(() -> timer[0].arm(0));
        pass(5 * MILLIS);
        assertThat(ran).containsExactly("timer");
    }

    @Test
    void armingATimerAgainMovesIt() throws Exception {
        onWorker(() -> {
            Timer timer = worker().timer(() -> ran.add("moved"));
            timer.arm(2 * MILLIS);
            timer.arm(30 * MILLIS);
            worker().timer(() -> ran.add("first")).arm(12 * MILLIS);
        });
        pass(70 * MILLIS);
        assertThat(ran).containsExactly("first", "moved");
    }

    @Test
    void timeGoesOnAndIsTheSameWithinATask() throws Exception {
        long[] times = new long[3];
        onWorker(() -> {
            times[0] = worker().nanoTime();
            times[1] = worker().nanoTime();
        });
        pass(10 * MILLIS);
        onWorker(() -> times[2] = worker().nanoTime());
        assertThat(times[1]).isEqualTo(times[0]);
        assertThat(times[2] - times[0]).isGreaterThanOrEqualTo(10 * MILLIS);
        onWorker(() ->
                assertThat(worker().currentTimeMicros() / 1000)
                        .isEqualTo(worker().currentTimeMillis())
                        .isPositive());
    }

    @Test
    void randomNumbersDiffer() throws Exception {
        onWorker(() -> {
            for (int i = 0; i < 100; i++) {
                ran.add(Long.toHexString(worker().random()));
            }
        });
        assertThat(ran).doesNotHaveDuplicates();
    }
}
