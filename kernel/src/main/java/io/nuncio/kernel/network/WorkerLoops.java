package io.nuncio.kernel.network;

import java.util.ArrayList;
import java.util.List;

/// All event loops of one server: the main thread's and the workers'. Made and closed by the
/// server.
public final class WorkerLoops implements AutoCloseable {
    private final WorkerLoop main;
    private final List<WorkerLoop> workers;

    private WorkerLoops(WorkerLoop main, List<WorkerLoop> workers) {
        this.main = main;
        this.workers = List.copyOf(workers);
    }

    /// Makes the loops; each starts its thread with its first task or socket.
    ///
    /// @param concurrency the number of workers, 1 or more
    public static WorkerLoops create(int concurrency, IoEngine engine) {
        InternalListeners internal = new InternalListeners();
        List<WorkerLoop> workers = new ArrayList<>(concurrency);
        for (int index = 0; index < concurrency; index++) {
            workers.add(WorkerLoop.worker(index, concurrency, engine, internal));
        }
        return new WorkerLoops(WorkerLoop.main(concurrency, engine, internal), workers);
    }

    public WorkerLoop main() {
        return main;
    }

    /// The workers, by index.
    public List<WorkerLoop> workers() {
        return workers;
    }

    /// Ends all loops and waits for their threads. Not to be called on a loop.
    @Override
    public void close() {
        List<io.netty.util.concurrent.Future<?>> ends = new ArrayList<>();
        for (WorkerLoop worker : workers) {
            ends.add(worker.stop());
        }
        ends.add(main.stop());
        ends.forEach(end -> end.awaitUninterruptibly());
    }
}
