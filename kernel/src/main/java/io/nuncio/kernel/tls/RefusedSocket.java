package io.nuncio.kernel.tls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;

/// The socket of a connection that cannot be made as it should: it is closed.
///
/// @param failureReason why
record RefusedSocket(TransportSocketContext context, String failureReason)
        implements TransportSocket {
    /// It came before its secrets.
    static final String NOT_READY = "TLS error: Secret is not supplied by SDS";

    @Override
    public void onTransportConnected() {
        context.failed(failureReason);
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
}
