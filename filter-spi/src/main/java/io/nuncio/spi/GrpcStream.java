package io.nuncio.spi;

import com.google.protobuf.MessageLite;

import org.osgi.annotation.versioning.ProviderType;

/// The sending side of a gRPC stream. Thread: its loop. What is sent after the end is dropped.
@ProviderType
public interface GrpcStream<Q extends MessageLite> extends Call {
    void send(Q message);

    /// Sends `message` as the last one.
    void sendLast(Q message);

    /// No message follows; the server's may still come.
    void halfClose();

    /// Stops (true) or goes on (false) reading. Calls nest.
    void readDisable(boolean disable);

    /// True if more is waiting to be sent than may be: wait for [GrpcReceiver#onBelowWatermark].
    boolean aboveWatermark();
}
