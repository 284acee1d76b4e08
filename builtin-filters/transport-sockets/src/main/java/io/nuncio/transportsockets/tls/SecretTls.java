package io.nuncio.transportsockets.tls;

import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ChangingTls;
import io.nuncio.spi.host.TlsConfig;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// TLS that follows its secrets until it is closed.
final class SecretTls implements TransportSocketTemplate {
    private final ChangingTls sockets;
    private final TlsSecrets secrets;

    /// @param check reports what is wrong with the secrets as a whole
    /// @param config of the secrets as they are when it is asked for
    SecretTls(
            ChangingTls sockets,
            TlsSecrets secrets,
            Consumer<Problems> check,
            Supplier<TlsConfig> config) {
        this.sockets = sockets;
        this.secrets = secrets;
        secrets.follow(problems -> {
            long before = TlsSecrets.errors(problems);
            check.accept(problems);
            return TlsSecrets.errors(problems) == before && sockets.change(config.get(), problems);
        });
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
