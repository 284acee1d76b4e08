package io.nuncio.spi;

/// The headers that follow a body, of a request or of a response. See [HeaderMap] for threads and
/// lifetime.
public final class Trailers extends HeaderMap {
    public Trailers() {
        super(0, 0, 128, 4);
    }

    /// A copy of `other`.
    public static Trailers copyOf(Trailers other) {
        var copy = new Trailers();
        copy.copyFrom(other);
        return copy;
    }

    /// Becomes equal to `other`.
    public void copyFrom(Trailers other) {
        copy(other);
    }
}
