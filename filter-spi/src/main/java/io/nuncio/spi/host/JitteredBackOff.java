package io.nuncio.spi.host;

/// How long retries wait, in milliseconds: by chance, from nothing to a limit that doubles with
/// each retry until it is the maximum.
public final class JitteredBackOff {
    private final long maxMillis;
    private long limitMillis;

    /// @param baseMillis the first limit, 1 or more
    /// @param maxMillis not below it
    public JitteredBackOff(long baseMillis, long maxMillis) {
        this.limitMillis = baseMillis;
        this.maxMillis = maxMillis;
    }

    /// How long to wait this time.
    ///
    /// @param random any number
    public long nextMillis(long random) {
        long limit = limitMillis;
        limitMillis = limit < maxMillis / 2 ? limit * 2 : maxMillis;
        return Long.remainderUnsigned(random, limit);
    }

    /// What an upstream asked for, and up to half as much more, so that those who wait do not come
    /// back all at once.
    ///
    /// @param millis 2 or more
    static long afterLimit(long millis, long random) {
        return millis + Long.remainderUnsigned(random, millis / 2);
    }
}
