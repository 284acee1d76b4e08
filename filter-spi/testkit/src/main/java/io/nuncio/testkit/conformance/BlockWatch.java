package io.nuncio.testkit.conformance;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/// Looks at the test's thread while callbacks run on it: one that waits is found, however busy the
/// machine is.
final class BlockWatch implements AutoCloseable {
    private static final long STEP_NANOS = 10_000_000;
    private static final int LOOKS = 6;

    private final Thread worker = Thread.currentThread();
    private final Thread watcher;
    private volatile @Nullable String callback;
    private volatile @Nullable String blocked;
    private volatile boolean over;

    BlockWatch() {
        watcher = Thread.ofPlatform().daemon().name("block-watch").start(this::look);
    }

    /// A callback begins, or ends with null. Nested ones count as the outer one.
    void in(@Nullable String name) {
        callback = name;
    }

    /// What waited, and where; null if nothing did since the last call.
    @Nullable String takeBlocked() {
        String found = blocked;
        blocked = null;
        return found;
    }

    private void look() {
        String before = null;
        int waits = 0;
        while (!over) {
            LockSupport.parkNanos(STEP_NANOS);
            String now = callback;
            boolean waiting =
                    switch (worker.getState()) {
                        case WAITING, TIMED_WAITING, BLOCKED -> true;
                        default -> false;
                    };
            waits = now != null && now.equals(before) && waiting ? waits + 1 : 0;
            before = now;
            if (waits == LOOKS) {
                StackTraceElement[] stack = worker.getStackTrace();
                blocked = now + " waits" + (stack.length == 0 ? "" : " in " + stack[0]);
            }
        }
    }

    @Override
    public void close() {
        over = true;
        LockSupport.unpark(watcher);
    }
}
