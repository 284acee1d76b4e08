package io.nuncio.transportsockets.tls;

import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ChangingTls;
import io.nuncio.spi.host.TlsConfig;

import java.util.List;
import java.util.function.Supplier;

/// TLS that follows its secrets until it is closed.
final class SecretTls implements TransportSocketTemplate {
    private final ChangingTls sockets;
    private final TlsSecrets secrets;

    /// @param config of the secrets as they are when it is asked for
    SecretTls(ChangingTls sockets, TlsSecrets secrets, Supplier<TlsConfig> config) {
        this.sockets = sockets;
        this.secrets = secrets;
        secrets.follow(problems -> sockets.change(config.get(), problems));
    }

    @Override
    public TransportSocket create(TransportSocketContext context) {
        return sockets.create(context);
    }

    @Override
    public boolean secure() {
        return sockets.secure();
    }

    @Override
    public boolean supportsAlpn() {
        return sockets.supportsAlpn();
    }

    @Override
    public TransportSocketTemplate withApplicationProtocols(List<String> protocols) {
        return sockets.withApplicationProtocols(protocols);
    }

    @Override
    public void close() {
        secrets.close();
        sockets.close();
    }
}
