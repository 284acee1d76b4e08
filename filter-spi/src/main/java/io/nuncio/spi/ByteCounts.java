package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// What one stream has taken of its connection so far (Envoy: BytesMeter), framing included.
/// Thread: the connection's worker.
@ProviderType
public interface ByteCounts {
    /// What nobody counted.
    ByteCounts NONE = new ByteCounts() {};

    /// Heads, bodies and trailers as they came, as far as they were delivered.
    default long wireBytesReceived() {
        return 0;
    }

    /// Heads, bodies and trailers as they were written.
    default long wireBytesSent() {
        return 0;
    }

    /// Those of [#wireBytesReceived] that were heads and trailers.
    default long headerBytesReceived() {
        return 0;
    }

    /// Those of [#wireBytesSent] that were heads and trailers.
    default long headerBytesSent() {
        return 0;
    }

    /// The same before HTTP/2's compression; what HTTP/1 writes is not compressed.
    default long decompressedHeaderBytesReceived() {
        return 0;
    }

    default long decompressedHeaderBytesSent() {
        return 0;
    }
}
