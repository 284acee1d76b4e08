package io.nuncio.testkit;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;

/// A peer that speaks TLS by the JDK and trusts everybody; what the proxy makes of the connection
/// is what tests look at.
///
/// @param identity what it presents, null for nothing
/// @param serverName what it asks for, null for nothing
/// @param protocols for ALPN
/// @param versions such as `TLSv1.3`, empty for the JDK's choice
public record TestTls(
        TestCertificates.@Nullable Identity identity,
        @Nullable String serverName,
        List<String> protocols,
        List<String> versions) {
    /// Presents and asks for nothing.
    public static final TestTls PLAIN = new TestTls(null, null, List.of(), List.of());

    public TestTls presenting(TestCertificates.Identity own) {
        return new TestTls(own, serverName, protocols, versions);
    }

    public TestTls asking(String name) {
        return new TestTls(identity, name, protocols, versions);
    }

    public TestTls alpn(String... names) {
        return new TestTls(identity, serverName, List.of(names), versions);
    }

    public TestTls version(String... names) {
        return new TestTls(identity, serverName, protocols, List.of(names));
    }

    /// Connects and shakes hands.
    ///
    /// @throws UncheckedIOException if the handshake fails
    public RawClient connect(InetSocketAddress address) {
        try {
            SSLSocket socket = (SSLSocket) context().getSocketFactory().createSocket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(RawClient.TIMEOUT_MILLIS);
            socket.connect(address, RawClient.TIMEOUT_MILLIS);
            configure(socket);
            socket.startHandshake();
            return RawClient.over(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void configure(SSLSocket socket) {
        SSLParameters parameters = socket.getSSLParameters();
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        if (!protocols.isEmpty()) {
            parameters.setApplicationProtocols(protocols.toArray(String[]::new));
        }
        if (!versions.isEmpty()) {
            parameters.setProtocols(versions.toArray(String[]::new));
        }
        socket.setSSLParameters(parameters);
    }

    /// The JDK's TLS with this identity.
    public SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(), new TrustManager[] {new Everybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyManager @Nullable [] keys() {
        return identity == null ? null : new KeyManager[] {new Own(identity)};
    }

    /// Presents the identity whatever issuers the peer names, as an attacker would.
    private static final class Own extends X509ExtendedKeyManager {
        private final TestCertificates.Identity identity;

        Own(TestCertificates.Identity identity) {
            this.identity = identity;
        }

        private boolean fits(String keyType) {
            return keyType.startsWith(identity.key().getAlgorithm());
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return Arrays.stream(keyTypes).anyMatch(this::fits) ? "own" : null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
            return chooseClientAlias(keyTypes, issuers, null);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return fits(keyType) ? "own" : null;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
            return chooseServerAlias(keyType, issuers, null);
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {"own"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return identity.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return identity.key();
        }
    }

    private static final class Everybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
