package io.nuncio.kernel.http1;

/// How long fuzz tests run: `-Dfuzz.seconds=600` for a long run.
public final class FuzzTime {
    private static final int SECONDS = 15;

    private final long end;

    public FuzzTime() {
        this(1);
    }

    /// @param tests how many tests share the time
    public FuzzTime(int tests) {
        long nanos = Integer.getInteger("fuzz.seconds", SECONDS) * 1_000_000_000L;
        end = System.nanoTime() + nanos / tests;
    }

    public boolean over() {
        return System.nanoTime() - end >= 0;
    }

    /// `-Dfuzz.seed=..` to start elsewhere.
    public static long firstSeed() {
        return Long.getLong("fuzz.seed", 0);
    }
}
