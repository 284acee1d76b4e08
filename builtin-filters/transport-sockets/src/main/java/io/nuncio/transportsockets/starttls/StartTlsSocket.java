package io.nuncio.transportsockets.starttls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

/// One connection: passes bytes on as they are until it is told to begin TLS, then leaves
/// everything to a socket that speaks it.
final class StartTlsSocket implements TransportSocket {
    private final TransportSocketTemplate template;
    private final TransportSocketContext context;
    private @Nullable TransportSocket secure;

    /// @param template of the socket that speaks TLS
    StartTlsSocket(TransportSocketTemplate template, TransportSocketContext context) {
        this.template = template;
        this.context = context;
    }

    @Override
    public void onTransportConnected() {
        context.connected();
    }

    @Override
    public boolean startSecureTransport() {
        if (secure == null) {
            TransportSocket begun = template.create(context);
            secure = begun;
            begun.onTransportConnected();
        }
        return true;
    }

    @Override
    public Progress read(Buffer wire, Buffer plain, boolean endStream) {
        if (secure != null) {
            return secure.read(wire, plain, endStream);
        }
        wire.moveTo(plain);
        return endStream ? Progress.END_OF_STREAM : Progress.OPEN;
    }

    @Override
    public Progress write(Buffer plain, Buffer wire, boolean endStream) {
        if (secure != null) {
            return secure.write(plain, wire, endStream);
        }
        plain.moveTo(wire);
        return Progress.OPEN;
    }

    @Override
    public @Nullable TlsInfo tls() {
        return secure == null ? null : secure.tls();
    }

    @Override
    public @Nullable String applicationProtocol() {
        return secure == null ? null : secure.applicationProtocol();
    }

    @Override
    public @Nullable String failureReason() {
        return secure == null ? null : secure.failureReason();
    }

    @Override
    public void onDestroy() {
        if (secure != null) {
            secure.onDestroy();
        }
    }
}
