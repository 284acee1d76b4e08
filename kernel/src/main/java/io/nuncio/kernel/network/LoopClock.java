package io.nuncio.kernel.network;

/// The time as one loop knows it: read from the source once per round, free to ask in between.
///
/// Thread: the loop's.
public final class LoopClock {
    private final TimeSource source;
    private final boolean exact;
    private long nanoTime;
    private long currentTimeMicros;

    /// @param exact true to read the source again for each timer that is armed: for the main
    ///   thread, whose rounds may be long
    public LoopClock(TimeSource source, boolean exact) {
        this.source = source;
        this.exact = exact;
        refresh();
    }

    /// Reads the source; called by the loop when it wakes up and when it has handled what woke it.
    public void refresh() {
        nanoTime = source.nanoTime();
        currentTimeMicros = source.currentTimeMicros();
    }

    public long nanoTime() {
        return nanoTime;
    }

    /// From when a timer counts that is armed now.
    long armingTime() {
        if (exact) {
            refresh();
        }
        return nanoTime;
    }

    public long currentTimeMillis() {
        return currentTimeMicros / 1000;
    }

    public long currentTimeMicros() {
        return currentTimeMicros;
    }
}
