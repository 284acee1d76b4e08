package io.nuncio.spi.host;

import io.nuncio.spi.Address;
import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.TraceReason;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// What only the owner of a stream notes in its [StreamInfo]. Thread: the worker.
@ProviderType
public interface MutableStreamInfo extends StreamInfo {
    void protocol(Protocol protocol);

    /// Sets [#remoteAddress] for this stream alone.
    void remoteAddress(Address address);

    void responseCode(int status);

    void requestId(@Nullable String id);

    void virtualCluster(@Nullable String name);

    default void traceReason(TraceReason reason) {}

    default void downstreamBytes(ByteCounts counts) {}

    void addBytesReceived(long bytes);

    void addBytesSent(long bytes);
}
