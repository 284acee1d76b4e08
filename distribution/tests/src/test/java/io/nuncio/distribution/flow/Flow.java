package io.nuncio.distribution.flow;

import io.nuncio.distribution.ProxyMemory;
import io.nuncio.distribution.RunningProxy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// An upstream, a proxy in a process of its own, and a client.
final class Flow implements AutoCloseable {
    private static final byte[] PIECE = new byte[64 * 1024];
    private static final long PATIENCE_SECONDS = 300;

    private final AtomicReference<FlowUpstream.Handler> handler = new AtomicReference<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final FlowUpstream upstream;
    private final RunningProxy proxy;
    private final FlowClient client;
    private final ProxyMemory memory;

    /// @param responseBytes the length of each response
    Flow(FlowPair pair, Path folder, int bufferLimit, long responseBytes)
            throws IOException, InterruptedException {
        Path front = folder.resolve("front");
        Path back = folder.resolve("back");
        upstream = pair.upstream(back, responseBytes, exchange -> handler.get().serve(exchange));
        proxy = RunningProxy.start(folder, pair.bootstrap(front, back, bufferLimit));
        client = pair.client(front);
        memory = new ProxyMemory(proxy);
    }

    /// What the upstream does with each request from now on.
    void serve(FlowUpstream.Handler next) {
        handler.set(next);
    }

    FlowClient client() {
        return client;
    }

    ProxyMemory memory() {
        return memory;
    }

    RunningProxy proxy() {
        return proxy;
    }

    /// Runs the same several times at once and waits for all.
    void inParallel(int times, Callable<?> task) throws Exception {
        for (Future<?> one : start(times, task)) {
            one.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    List<Future<?>> start(int times, Callable<?> task) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            all.add(threads.submit(task));
        }
        return all;
    }

    static void write(OutputStream out, long bytes) throws IOException {
        for (long left = bytes; left > 0; left -= PIECE.length) {
            out.write(PIECE, 0, (int) Math.min(left, PIECE.length));
        }
    }

    /// For an upstream that does nothing until the test ends.
    void awaitClose() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        client.close();
        upstream.close();
        memory.close();
        proxy.close();
        threads.shutdownNow();
    }
}
