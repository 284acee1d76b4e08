package io.nuncio.transportsockets.starttls;

import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

/// Sockets that may begin TLS. As in Envoy, they do not count as secure: they begin without.
///
/// @param tls what they begin
record StartTlsTemplate(TransportSocketTemplate tls) implements TransportSocketTemplate {
    @Override
    public TransportSocket create(TransportSocketContext context) {
        return new StartTlsSocket(tls, context);
    }

    @Override
    public void close() {
        tls.close();
    }
}
