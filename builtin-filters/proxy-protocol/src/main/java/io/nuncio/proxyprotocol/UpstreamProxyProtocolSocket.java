package io.nuncio.proxyprotocol;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;

import org.jspecify.annotations.Nullable;

/// Writes the header before anything else of one connection, and leaves the rest to the socket that
/// it is around.
final class UpstreamProxyProtocolSocket implements TransportSocket {
    private final UpstreamProxyProtocolTemplate template;
    private final TransportSocketContext context;
    private final TransportSocket inner;
    private byte @Nullable [] header;

    UpstreamProxyProtocolSocket(
            UpstreamProxyProtocolTemplate template,
            TransportSocketContext context,
            TransportSocket inner) {
        this.template = template;
        this.context = context;
        this.inner = inner;
    }

    @Override
    public void onTransportConnected() {
        header = template.header(context.options().downstream(), context.host(), context.info());
        context.flush();
        inner.onTransportConnected();
    }

    @Override
    public Progress read(Buffer wire, Buffer plain, boolean endStream) {
        return inner.read(wire, plain, endStream);
    }

    @Override
    public Progress write(Buffer plain, Buffer wire, boolean endStream) {
        byte[] first = header;
        if (first != null) {
            header = null;
            wire.append(first);
        }
        return inner.write(plain, wire, endStream);
    }

    @Override
    public boolean startSecureTransport() {
        return inner.startSecureTransport();
    }

    @Override
    public @Nullable TlsInfo tls() {
        return inner.tls();
    }

    @Override
    public @Nullable String applicationProtocol() {
        return inner.applicationProtocol();
    }

    @Override
    public @Nullable String failureReason() {
        return inner.failureReason();
    }

    @Override
    public void onDestroy() {
        inner.onDestroy();
    }
}
