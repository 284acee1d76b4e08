package io.nuncio.kernel.tls;

import io.netty.handler.ssl.util.SimpleKeyManagerFactory;

import org.jspecify.annotations.Nullable;

import java.security.KeyStore;

import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;

/// Hands out the one key manager that it was made for.
final class IdentityFactory extends SimpleKeyManagerFactory {
    private final IdentityKeys keys;

    IdentityFactory(IdentityKeys keys) {
        super("nuncio");
        this.keys = keys;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
        return new KeyManager[] {keys};
    }
}
