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

/// TLS with the secrets that it was made of, which are let go with it.
final class SecretTls implements TransportSocketTemplate {
    private final TransportSocketTemplate sockets;
    private final TlsSecrets secrets;

    /// Of secrets that stay what they are.
    SecretTls(TransportSocketTemplate sockets, TlsSecrets secrets) {
        this.sockets = sockets;
        this.secrets = secrets;
    }

    /// That follows its secrets.
    ///
    /// @param check reports what is wrong with the secrets as a whole
    /// @param config of the secrets as they are when it is asked for
    static SecretTls following(
            ChangingTls sockets,
            TlsSecrets secrets,
            Consumer<Problems> check,
            Supplier<TlsConfig> config) {
        secrets.follow(problems -> {
            long before = TlsSecrets.errors(problems);
            check.accept(problems);
            return TlsSecrets.errors(problems) == before && sockets.change(config.get(), problems);
        });
        return new SecretTls(sockets, secrets);
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
