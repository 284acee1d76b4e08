package io.nuncio.kernel.network;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;

import java.util.function.UnaryOperator;

/// Stands between Netty's event loop and the handler that waits for sockets, so that a round also
/// keeps our clock, our timers and our flushes, without a task or a system call of their own.
final class RoundHooks implements IoHandler {
    private final IoHandler sockets;
    private final UnaryOperator<IoRegistration> registrations;
    private final Wait wait;
    private final LoopClock clock;
    private final TimerWheel timers;
    private final Runnable flush;

    private RoundHooks(
            IoHandler sockets,
            UnaryOperator<IoRegistration> registrations,
            LoopClock clock,
            TimerWheel timers,
            Runnable flush) {
        this.sockets = sockets;
        this.registrations = registrations;
        this.wait = new Wait(clock, timers);
        this.clock = clock;
        this.timers = timers;
        this.flush = flush;
    }

    static IoHandlerFactory around(
            IoEngine engine, LoopClock clock, TimerWheel timers, Runnable flush) {
        IoHandlerFactory sockets = engine.ioHandlers();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new RoundHooks(
                        sockets.newHandler(executor), engine::registration, clock, timers, flush);
            }
        };
    }

    @Override
    public int run(IoHandlerContext context) {
        flush.run();
        wait.loop = context;
        int handled = sockets.run(wait);
        clock.refresh();
        timers.advance();
        flush.run();
        return handled;
    }

    @Override
    public void initialize() {
        clock.refresh();
        sockets.initialize();
    }

    @Override
    public void prepareToDestroy() {
        flush.run();
        sockets.prepareToDestroy();
    }

    @Override
    public void destroy() {
        sockets.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return registrations.apply(sockets.register(handle));
    }

    @Override
    public void wakeup() {
        sockets.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return sockets.isCompatible(handleType);
    }

    /// What the handler may ask about the wait: Netty's answer and our timers' together.
    private static final class Wait implements IoHandlerContext {
        private static final long NO_DEADLINE = -1;
        private static final long LONGEST_WAIT = 3_600_000_000_000L;

        private final LoopClock clock;
        private final TimerWheel timers;
        private IoHandlerContext loop = NONE;

        private static final IoHandlerContext NONE =
                new IoHandlerContext() {
                    @Override
                    public boolean canBlock() {
                        return false;
                    }

                    @Override
                    public long delayNanos(long currentTimeNanos) {
                        return 0;
                    }

                    @Override
                    public long deadlineNanos() {
                        return NO_DEADLINE;
                    }
                };

        Wait(LoopClock clock, TimerWheel timers) {
            this.clock = clock;
            this.timers = timers;
        }

        @Override
        public boolean canBlock() {
            return loop.canBlock() && timers.nextExpiry() > clock.nanoTime();
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            long expiry = timers.nextExpiry();
            long delay =
                    expiry == Long.MAX_VALUE
                            ? LONGEST_WAIT
                            : Math.clamp(expiry - currentTimeNanos, 0, LONGEST_WAIT);
            return loop.deadlineNanos() == NO_DEADLINE
                    ? delay
                    : Math.min(delay, loop.delayNanos(currentTimeNanos));
        }

        /// Only compared with the last one, to see whether the wait has changed.
        @Override
        public long deadlineNanos() {
            long deadline = loop.deadlineNanos();
            long expiry = timers.nextExpiry();
            if (expiry == Long.MAX_VALUE) {
                return deadline;
            }
            if (deadline == NO_DEADLINE) {
                return expiry;
            }
            long now = System.nanoTime();
            return loop.delayNanos(now) < expiry - now ? deadline : expiry;
        }

        /// Asked exactly between the wait and the handling of what it brought.
        @Override
        public boolean shouldReportActiveIoTime() {
            clock.refresh();
            return false;
        }
    }
}
