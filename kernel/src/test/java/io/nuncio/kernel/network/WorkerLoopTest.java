package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Worker;
import io.nuncio.spi.internal.LoopThread;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class WorkerLoopTest extends WorkerContract {
    private WorkerLoops loops;

    @BeforeEach
    void start() {
        loops = WorkerLoops.create(2, engine());
    }

    IoEngine engine() {
        return IoEngine.preferred();
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    @Override
    Worker worker() {
        return loops.workers().getFirst();
    }

    @Override
    void onWorker(Runnable task) throws Exception {
        Loopback.on(
                loops.workers().getFirst(),
                () -> {
                    task.run();
                    return true;
                });
    }

    @Override
    void pass(long nanos) throws Exception {
        CompletableFuture<Boolean> passed = new CompletableFuture<>();
        onWorker(() -> worker().timer(() -> passed.complete(true)).arm(nanos));
        passed.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void eachLoopHasAThreadOfItsOwnWithItsNameAndStatisticsCell() throws Exception {
        List<WorkerLoop> workers = loops.workers();
        assertThat(thread(loops.main())).isEqualTo("main 1");
        assertThat(thread(workers.get(0))).isEqualTo("wrk:worker_0 2");
        assertThat(thread(workers.get(1))).isEqualTo("wrk:worker_1 3");
        assertThat(loops.main().index()).isEqualTo(-1);
        assertThat(workers.get(1).index()).isEqualTo(1);
        assertThat(loops.main().current()).isFalse();
    }

    private static String thread(WorkerLoop loop) throws Exception {
        return Loopback.on(
                loop, () -> Thread.currentThread().getName() + " " + LoopThread.currentCell());
    }

    @Test
    void connectionIdsAreUniqueAmongTheLoops() {
        List<WorkerLoop> all =
                List.of(loops.main(), loops.workers().get(0), loops.workers().get(1));
        List<Long> ids =
                all.stream()
                        .flatMap(loop -> List.of(loop, loop, loop).stream())
                        .map(WorkerLoop::nextConnectionId)
                        .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void aLoopWithAFarTimerSleeps() throws Exception {
        onWorker(() -> worker().timer(() -> ran.add("far")).arm(3_600_000_000_000L));
        long thread =
                Loopback.on(loops.workers().getFirst(), () -> Thread.currentThread().threadId());
        long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
        CompletableFuture<Boolean> passed = new CompletableFuture<>();
        loops.workers()
                .get(1)
                .post(() ->
                        loops.workers().get(1).timer(() -> passed.complete(true)).arm(300_000_000));
        passed.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(thread) - before;
        assertThat(used).as("CPU time in ns during 0.3 s").isLessThan(100_000_000);
        assertThat(ran).isEmpty();
    }

    @Test
    void afterItsEndALoopTakesNoTask() {
        loops.close();
        assertThat(worker().post(() -> ran.add("late"))).isFalse();
        assertThat(ran).isEmpty();
    }

    @Test
    void nettysOwnScheduledTasksRunBesideOurTimers() throws Exception {
        CompletableFuture<Boolean> scheduled = new CompletableFuture<>();
        onWorker(() -> worker().timer(() -> ran.add("far")).arm(3_600_000_000_000L));
        loops.workers()
                .getFirst()
                .eventLoop()
                .schedule(() -> scheduled.complete(true), 20, TimeUnit.MILLISECONDS);
        assertThat(scheduled.get(Loopback.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
