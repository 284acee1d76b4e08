package com.example.manager;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.ServerCodec;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// One downstream connection: its bytes go to a codec, which calls back with each request.
final class ServedConnection implements NetworkFilter, ServerCodec.Callbacks {
    private final ConnectionManager.Template template;
    private final NetworkStream network;
    private final ServerCodec codec;
    private final Set<ServedStream> streams = new LinkedHashSet<>();
    private boolean closing;

    ServedConnection(ConnectionManager.Template template, NetworkStream network) {
        this.template = template;
        this.network = network;
        this.codec = template.codec().create(network.connection(), this);
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        CodecError error = codec.dispatch(data);
        if (error != null) {
            end(Connection.Close.FLUSH_WRITE_AND_DELAY, "codec_error");
        }
        return NetworkOutcome.STOP;
    }

    @Override
    public RequestReceiver onStream(ResponseSender response) {
        template.requests().increment();
        var stream = new ServedStream(this, template, response);
        streams.add(stream);
        return stream;
    }

    NetworkStream network() {
        return network;
    }

    Protocol protocol() {
        return codec.protocol();
    }

    /// True if streams share the connection one after the other, so that one that breaks takes it
    /// along.
    boolean http1() {
        return codec.protocol().compareTo(Protocol.HTTP2) < 0;
    }

    /// True if the response that begins now is the connection's last.
    boolean lastResponse(boolean asked) {
        closing |= asked || network.drainClose();
        return closing;
    }

    void onStreamEnd(ServedStream stream) {
        streams.remove(stream);
        if (closing && streams.isEmpty()) {
            end(Connection.Close.FLUSH_WRITE_AND_DELAY, "last_response_sent");
        }
    }

    @Override
    public void onDrain() {
        closing = true;
        codec.goAway();
        if (streams.isEmpty()) {
            end(Connection.Close.FLUSH_WRITE, "drained");
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        codec.onAboveWriteBufferHighWatermark();
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        codec.onBelowWriteBufferLowWatermark();
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        if (event == ConnectionEvent.REMOTE_CLOSE) {
            streams.forEach(stream ->
                    stream.info().addFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION));
        }
        if (event != ConnectionEvent.CONNECTED) {
            endStreams();
        }
    }

    private void end(Connection.Close how, String reason) {
        endStreams();
        network.connection().close(how, reason);
    }

    private void endStreams() {
        closing = false;
        List.copyOf(streams).forEach(ServedStream::end);
    }
}
