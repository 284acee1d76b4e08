package io.nuncio.kernel.tls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;

/// The socket of a connection that came before its secrets: it is closed.
record NotReadySocket(TransportSocketContext context) implements TransportSocket {
    private static final String REASON = "TLS error: Secret is not supplied by SDS";

    @Override
    public void onTransportConnected() {
        context.failed(REASON);
    }

    @Override
    public Progress read(Buffer wire, Buffer plain, boolean endStream) {
        return Progress.FAILED;
    }

    @Override
    public Progress write(Buffer plain, Buffer wire, boolean endStream) {
        return Progress.FAILED;
    }

    @Override
    public TlsInfo tls() {
        return UnfinishedTls.INSTANCE;
    }

    @Override
    public String failureReason() {
        return REASON;
    }
}
