package io.nuncio.kernel.network;

import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.Future;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.internal.LoopThread;

import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/// One event loop with its thread, clock, timers and connections: a worker or the main thread.
///
/// A round of the loop: wait for sockets, a posted task or the next timer; refresh the clock;
/// handle what the sockets brought; run the timers that are due; flush what connections have to
/// write; run the posted tasks. What those write is flushed as the next round begins, before it
/// waits.
///
/// Made and closed by the server; any thread may call [#post], [#current], [#index], [#stop].
public final class WorkerLoop implements Worker {
    private static final int MAIN = -1;
    private static final int FIRST_WORKER_CELL = 2;

    private final int index;
    private final IoEngine engine;
    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop eventLoop;
    private final LoopClock clock;
    private final TimerWheel timers;
    private final PendingFlushes pendingFlushes = new PendingFlushes();
    private final SplittableRandom random = new SplittableRandom();

    private final int loops;
    private final InternalListeners internalListeners;
    private long connections;
    private int waterMarkLimit = -1;
    private WriteBufferWaterMark waterMark = WriteBufferWaterMark.DEFAULT;

    private WorkerLoop(
            int index,
            int concurrency,
            String threadName,
            IoEngine engine,
            InternalListeners internalListeners) {
        this.internalListeners = internalListeners;
        this.index = index;
        this.loops = concurrency + 1;
        this.engine = engine;
        clock = new LoopClock(TimeSource.SYSTEM, index == MAIN);
        timers = new TimerWheel(clock);
        ThreadFactory threads = task -> new LoopThread(task, threadName, FIRST_WORKER_CELL + index);
        group =
                new MultiThreadIoEventLoopGroup(
                        1,
                        threads,
                        RoundHooks.around(engine, clock, timers, pendingFlushes::flush));
        eventLoop = group.next();
    }

    /// The loop of the main thread; its thread starts with the first task or socket.
    static WorkerLoop main(int concurrency, IoEngine engine, InternalListeners internal) {
        return new WorkerLoop(MAIN, concurrency, "main", engine, internal);
    }

    /// The loop of a worker; its thread starts with the first task or socket.
    ///
    /// @param index 0 or more
    static WorkerLoop worker(
            int index, int concurrency, IoEngine engine, InternalListeners internal) {
        return new WorkerLoop(index, concurrency, "wrk:worker_" + index, engine, internal);
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime();
    }

    @Override
    public long currentTimeMillis() {
        return clock.currentTimeMillis();
    }

    @Override
    public long currentTimeMicros() {
        return clock.currentTimeMicros();
    }

    @Override
    public long random() {
        return random.nextLong();
    }

    @Override
    public Timer timer(Runnable task) {
        return timers.timer(task);
    }

    @Override
    public boolean post(Runnable task) {
        try {
            eventLoop.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    @Override
    public boolean current() {
        return eventLoop.inEventLoop(LoopThread.acting());
    }

    public IoEngine engine() {
        return engine;
    }

    /// The listeners of this server that need no socket; the same for all loops.
    public InternalListeners internalListeners() {
        return internalListeners;
    }

    /// The same loop, for Netty's own parts such as its DNS resolver.
    public IoEventLoop eventLoop() {
        return eventLoop;
    }

    /// Netty's own watermarks, around half of the limit: so it speaks up whenever its queue falls
    /// below that, and the rest is ours to work out.
    WriteBufferWaterMark waterMark(int bufferLimit) {
        if (bufferLimit != waterMarkLimit) {
            int half = bufferLimit == 0 ? Integer.MAX_VALUE - 1 : Math.max(1, bufferLimit / 2);
            waterMark = new WriteBufferWaterMark(half, half + 1);
            waterMarkLimit = bufferLimit;
        }
        return waterMark;
    }

    /// An id for a new connection, unique among the loops of the server without asking them.
    long nextConnectionId() {
        return connections++ * loops + (index - MAIN);
    }

    /// Has the connection flushed before the loop waits again.
    void flushLater(SocketConnection connection) {
        pendingFlushes.add(connection);
    }

    /// Ends the loop after the tasks it has; sockets that are still open are closed without a
    /// flush.
    ///
    /// @return done when the thread has ended
    public Future<?> stop() {
        int quietMillis = engine == IoEngine.IO_URING ? 50 : 0; // it closes sockets asynchronously
        return group.shutdownGracefully(quietMillis, 1000, TimeUnit.MILLISECONDS);
    }
}
