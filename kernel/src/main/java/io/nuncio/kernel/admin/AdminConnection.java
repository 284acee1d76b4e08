package io.nuncio.kernel.admin;

import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.ServerCodec;
import io.nuncio.spi.host.ServerCodecTemplate;

import org.jspecify.annotations.Nullable;

/// One connection to the admin server. Thread: the main loop.
final class AdminConnection implements NetworkFilter, ServerCodec.Callbacks {
    private final Connection connection;
    private final ServerCodecTemplate template;
    private final AdminEndpoints endpoints;
    private final AccessLogger accessLogger;
    private final AdminStats stats;
    private @Nullable ServerCodec codec;
    private @Nullable AdminExchange exchange;

    AdminConnection(
            NetworkStream stream,
            ServerCodecTemplate template,
            AdminEndpoints endpoints,
            AccessLogger accessLogger,
            AdminStats stats) {
        this.connection = stream.connection();
        this.template = template;
        this.endpoints = endpoints;
        this.accessLogger = accessLogger;
        this.stats = stats;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        ServerCodec current = codec;
        if (current == null) {
            current = template.create(connection, this);
            codec = current;
        }
        CodecError error = current.dispatch(data);
        if (error != null) {
            stats.protocolErrors().increment();
            connection.close(Connection.Close.FLUSH_WRITE_AND_DELAY, "http_codec_error");
        }
        return NetworkOutcome.STOP;
    }

    /// What the peer speaks, as far as it is known.
    Protocol protocol() {
        return codec == null ? Protocol.HTTP11 : codec.protocol();
    }

    @Override
    public RequestReceiver onStream(ResponseSender response) {
        AdminExchange next =
                new AdminExchange(this, connection, response, endpoints, accessLogger, stats);
        exchange = next;
        return next;
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        AdminExchange current = exchange;
        if (event != ConnectionEvent.CONNECTED && current != null) {
            current.onConnectionClosed();
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (codec != null) {
            codec.onAboveWriteBufferHighWatermark();
        }
        if (exchange != null) {
            exchange.slowDown(true);
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (codec != null) {
            codec.onBelowWriteBufferLowWatermark();
        }
        if (exchange != null) {
            exchange.slowDown(false);
        }
    }
}
