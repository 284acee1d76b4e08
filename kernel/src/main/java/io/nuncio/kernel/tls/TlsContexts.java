package io.nuncio.kernel.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.CipherSuiteConverter;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ChangingTls;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsSockets;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/// Makes the TLS library's contexts: BoringSSL's, or the JDK's where BoringSSL cannot be loaded or
/// the runtime flag [#USE_JDK] asks for it. Thread: main.
public final class TlsContexts implements TlsSockets {
    /// The runtime flag that chooses the JDK's TLS, read when a context is made.
    public static final String USE_JDK = "nuncio.tls.use_jdk";

    /// Names that are given to BoringSSL to keep TLS 1.3 on; it has no way to choose among them.
    private static final List<String> VERSION_3 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");

    /// Keeps TLS 1.2 on until a connection's engine gets the configuration's own ciphers.
    private static final List<String> PLACEHOLDER = List.of("ECDHE-RSA-AES128-GCM-SHA256");

    private boolean warned;

    /// Which side of the proxy a socket is for, as its statistics call it.
    enum Side {
        DOWNSTREAM("server"),
        UPSTREAM("client");

        private final String prefix;

        Side(String prefix) {
            this.prefix = prefix;
        }

        String prefix() {
            return prefix;
        }
    }

    /// Those that connections may begin with, in the order in which they came.
    private final Map<TlsTemplate, TlsConfig> inUse = new LinkedHashMap<>();

    @Override
    public TransportSocketTemplate downstream(TlsConfig config, FactoryContext context) {
        return fixed(Side.DOWNSTREAM, config, context);
    }

    @Override
    public TransportSocketTemplate upstream(TlsConfig config, FactoryContext context) {
        return fixed(Side.UPSTREAM, config, context);
    }

    @Override
    public ChangingTls changingDownstream(@Nullable TlsConfig first, FactoryContext context) {
        return changing(Side.DOWNSTREAM, first, context);
    }

    @Override
    public ChangingTls changingUpstream(@Nullable TlsConfig first, FactoryContext context) {
        return changing(Side.UPSTREAM, first, context);
    }

    private ChangingTls changing(Side side, @Nullable TlsConfig first, FactoryContext context) {
        ChangingTlsTemplate made = new ChangingTlsTemplate(this, side, context, List.of());
        if (first != null) {
            made.begin(first);
        }
        return made;
    }

    private TransportSocketTemplate fixed(Side side, TlsConfig config, FactoryContext context) {
        SocketFactoryStats.in(context.stats(), side);
        TlsTemplate made = make(side, config, new TlsStats(context.stats()), context);
        return made == null ? new UnusableTls() : made;
    }

    /// The configurations that connections may begin with.
    public List<TlsConfig> inUse() {
        return List.copyOf(inUse.values());
    }

    /// @return null if the library refuses it; that is reported
    @Nullable TlsTemplate make(
            Side side, TlsConfig config, TlsStats stats, FactoryContext context) {
        TlsTemplate made = compile(side, config, stats, context);
        if (made != null) {
            inUse.put(made, config);
            made.whenClosed(() -> inUse.remove(made));
        }
        return made;
    }

    /// Like [#make] for a variant of a configuration that is in use already.
    @Nullable TlsTemplate compile(
            Side side, TlsConfig config, TlsStats stats, FactoryContext context) {
        boolean server = side == Side.DOWNSTREAM;
        boolean boringSsl = boringSsl(context);
        String unknown = boringSsl ? unknown(config) : "";
        if (!unknown.isEmpty()) {
            context.problems().add("", unknown);
            return null;
        }
        String ambiguous = server ? new IdentityChoice(config.identities()).ambiguousName() : null;
        if (ambiguous != null) {
            context.problems()
                    .add(
                            "",
                            "certificates with keys of several types for one name are not"
                                    + " supported yet: "
                                    + ambiguous);
            return null;
        }
        try {
            return new TlsTemplate(
                    build(server, config, boringSsl),
                    config,
                    plain(config.cipherSuites()) ? null : String.join(":", config.cipherSuites()),
                    stats,
                    another -> {
                        TlsTemplate other = compile(side, another, stats, context);
                        return other == null ? new UnusableTls() : other;
                    });
        } catch (SSLException | IllegalArgumentException refused) {
            Throwable deepest = refused;
            while (deepest.getCause() != null) {
                deepest = deepest.getCause();
            }
            context.problems().add("", "Failed to initialize TLS: " + deepest.getMessage());
            return null;
        }
    }

    private boolean boringSsl(FactoryContext context) {
        if (context.runtime().flag(USE_JDK, false).getAsBoolean()) {
            return false;
        }
        if (OpenSsl.isAvailable()) {
            return true;
        }
        if (!warned) {
            warned = true;
            context.logger()
                    .warn(
                            "BoringSSL cannot be loaded, TLS is the JDK's: slower, and without"
                                    + " statistics of curves: {}",
                            String.valueOf(OpenSsl.unavailabilityCause()));
        }
        return false;
    }

    private static SslContext build(boolean server, TlsConfig config, boolean boringSsl)
            throws SSLException {
        KeyManagerFactory keys = new IdentityFactory(new IdentityKeys(config.identities()));
        if (boringSsl) {
            keys = new OpenSslCachingX509KeyManagerFactory(keys);
        }
        SslContextBuilder builder =
                server
                        ? SslContextBuilder.forServer(keys).clientAuth(clientAuth(config))
                        : SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
        if (!server && !config.identities().isEmpty()) {
            builder.keyManager(keys);
        }
        builder.sslProvider(boringSsl ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK)
                .trustManager(new PeerTrust(config.verifier(), config.acceptedIssuers(), boringSsl))
                .protocols(config.versions())
                .ciphers(ciphers(config, boringSsl), IdentityCipherSuiteFilter.INSTANCE);
        if (config.sessions().timeoutSeconds() > 0) {
            builder.sessionTimeout(config.sessions().timeoutSeconds());
        }
        if (!config.applicationProtocols().isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            config.applicationProtocols()));
        }
        if (boringSsl) {
            builder.option(OpenSslContextOption.GROUPS, config.curves().toArray(String[]::new));
        }
        SslContext made = builder.build();
        if (!config.sessions().cache()
                && made.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        return made;
    }

    private static ClientAuth clientAuth(TlsConfig config) {
        return switch (config.peerCertificate()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
        };
    }

    private static List<String> ciphers(TlsConfig config, boolean boringSsl) {
        List<String> all = new ArrayList<>();
        boolean old = !config.versions().getFirst().equals("TLSv1.3");
        if (config.versions().getLast().equals("TLSv1.3")) {
            all.addAll(VERSION_3);
        }
        if (boringSsl) {
            if (old) {
                all.addAll(plain(config.cipherSuites()) ? config.cipherSuites() : PLACEHOLDER);
            }
            return all;
        }
        for (String suites : config.cipherSuites()) {
            for (String suite : suites.replaceAll("[\\[\\]]", "").split("\\|")) {
                String name = CipherSuiteConverter.toJava(suite, "TLS");
                if (name != null) {
                    all.add(name);
                }
            }
        }
        return all;
    }

    /// True if each is the name of a cipher; Netty knows no more of BoringSSL's syntax, such as
    /// groups of equal ones, which is why each engine gets the rest.
    private static boolean plain(List<String> suites) {
        return suites.stream()
                .allMatch(suite ->
                        suite.matches("[A-Z0-9-]+")
                                && CipherSuiteConverter.toJava(suite, "TLS") != null);
    }

    /// What BoringSSL does not know, in Envoy's words; empty if it knows all.
    private static String unknown(TlsConfig config) {
        List<String> ciphers = LibraryNames.unknownCiphers(config.cipherSuites());
        if (!ciphers.isEmpty()) {
            return "Failed to initialize cipher suites "
                    + String.join(":", config.cipherSuites())
                    + ". The following ciphers were rejected when tried individually: "
                    + String.join(", ", ciphers);
        }
        return LibraryNames.curvesKnown(config.curves())
                ? ""
                : "Failed to initialize ECDH curves " + String.join(":", config.curves());
    }

    /// Stands for a configuration with problems, which is never used.
    private static final class UnusableTls implements TransportSocketTemplate {
        @Override
        public TransportSocket create(TransportSocketContext context) {
            throw new IllegalStateException("the configuration of this socket had problems");
        }
    }
}
