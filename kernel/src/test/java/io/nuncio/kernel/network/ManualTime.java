package io.nuncio.kernel.network;

/// A time source that stands still until the test moves it.
final class ManualTime implements TimeSource {
    private long nanoTime;

    ManualTime(long nanoTime) {
        this.nanoTime = nanoTime;
    }

    void move(long nanos) {
        nanoTime += nanos;
    }

    @Override
    public long nanoTime() {
        return nanoTime;
    }

    @Override
    public long currentTimeMillis() {
        return 1_700_000_000_000L + nanoTime / 1_000_000;
    }
}
