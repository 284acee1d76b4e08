package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// An event loop: one of the workers, or the main thread. All but [#post] is for its own thread.
@ProviderType
public interface Worker {
    /// 0 to N-1 for a worker, -1 for the main thread.
    int index();

    /// Monotonic time at the start of the current round of the loop: free to read, at most one
    /// round old.
    long nanoTime();

    /// Wall clock, milliseconds since the epoch, as of the current round of the loop.
    long currentTimeMillis();

    /// The same in microseconds.
    default long currentTimeMicros() {
        return currentTimeMillis() * 1000;
    }

    /// A random number, 64 bits, not for secrets.
    long random();

    /// A disarmed timer that runs `task` on this loop.
    Timer timer(Runnable task);

    /// Runs `task` on this loop, after what it does now; callable from any thread. False if the
    /// loop has ended.
    boolean post(Runnable task);

    /// True on the loop's own thread.
    boolean current();
}
