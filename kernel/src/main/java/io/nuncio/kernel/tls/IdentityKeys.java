package io.nuncio.kernel.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsConfig.Identity;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;

/// Chooses the identity to present; its alias is its place in the configuration. Thread: the
/// connection's worker, in the middle of the handshake.
final class IdentityKeys extends X509ExtendedKeyManager {
    private static final int NONE = -1;

    private final List<Identity> identities;
    private final IdentityChoice choice;
    private final TlsStats stats;

    IdentityKeys(List<Identity> identities, IdentityChoice choice, TlsStats stats) {
        this.identities = identities;
        this.choice = choice;
        this.stats = stats;
    }

    /// Asked once for each key type that the library can use, in its order. BoringSSL says better
    /// than the key type what does not suit the peer, and does not ask for each that it has.
    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        int place = Handshake.CURRENT.isBound() ? place(Handshake.CURRENT.get(), engine) : NONE;
        boolean boringSsl = engine instanceof ReferenceCountedOpenSslEngine;
        return place == NONE || !(boringSsl || choice.fits(place, keyType))
                ? null
                : Integer.toString(place);
    }

    private int place(Handshake handshake, SSLEngine engine) {
        IdentityChoice.Chosen chosen = handshake.chosen();
        if (chosen == null) {
            chosen =
                    choice.choose(
                            serverName(engine.getHandshakeSession()),
                            handshake.hello(),
                            Instant.now());
            handshake.choose(chosen);
            stats.stapled(chosen.staple());
            staple(chosen, engine);
        }
        return chosen.staple() == IdentityChoice.Staple.FAILED ? NONE : chosen.place();
    }

    private void staple(IdentityChoice.Chosen chosen, SSLEngine engine) {
        TlsConfig.OcspStaple response = identities.get(chosen.place()).staple();
        if (chosen.staple() == IdentityChoice.Staple.GIVEN
                && response != null
                && engine instanceof ReferenceCountedOpenSslEngine boring) {
            SSL.setOcspResponse(boring.sslPointer(), response.response());
        }
    }

    private static @Nullable String serverName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        return identities.isEmpty() ? null : "0";
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return identities.isEmpty() ? null : "0";
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null; // there are engines only
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return aliases();
    }

    private String[] aliases() {
        String[] all = new String[identities.size()];
        for (int place = 0; place < all.length; place++) {
            all[place] = Integer.toString(place);
        }
        return all;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return identity(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity(alias).key();
    }

    private Identity identity(String alias) {
        return identities.get(Integer.parseInt(alias));
    }
}
