package io.nuncio.kernel.http1;

/// How long fuzz tests run: `-Dfuzz.seconds=600` for a long run.
final class FuzzTime {
    private static final int SECONDS = 15;

    private final long end;

    FuzzTime() {
        end = System.nanoTime() + Integer.getInteger("fuzz.seconds", SECONDS) * 1_000_000_000L;
    }

    boolean over() {
        return System.nanoTime() - end >= 0;
    }

    /// `-Dfuzz.seed=..` to start elsewhere.
    static long firstSeed() {
        return Long.getLong("fuzz.seed", 0);
    }
}
