package io.nuncio.kernel.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.CipherSuiteConverter;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslKeyLog;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

/// Makes one context of the TLS library from one configuration. Thread: main.
final class LibraryContext {
    /// Names that are given to BoringSSL to keep TLS 1.3 on; it has no way to choose among them.
    private static final List<String> VERSION_3 =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256");

    /// Keeps TLS 1.2 on until a connection's engine gets the configuration's own ciphers.
    private static final List<String> PLACEHOLDER = List.of("ECDHE-RSA-AES128-GCM-SHA256");

    private LibraryContext() {}

    /// @param keyLog for BoringSSL only
    static SslContext build(
            boolean server,
            TlsConfig config,
            boolean boringSsl,
            TlsStats stats,
            @Nullable KeyLog keyLog)
            throws SSLException {
        KeyManagerFactory keys =
                new IdentityFactory(
                        new IdentityKeys(config.identities(), choice(config, boringSsl), stats));
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
                .trustManager(new PeerTrust(config, boringSsl, stats))
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
        try {
            refine(made, server, config, keyLog);
            return made;
        } catch (RuntimeException failed) {
            ReferenceCountUtil.release(made);
            throw failed;
        }
    }

    /// What the builder has no words for.
    private static void refine(
            SslContext made, boolean server, TlsConfig config, @Nullable KeyLog keyLog) {
        if (made.sessionContext() instanceof OpenSslSessionContext sessions) {
            LibrarySessions.configure(sessions, config);
        } else if (!server && config.upstream().maxSessionKeys() > 0) {
            made.sessionContext().setSessionCacheSize(config.upstream().maxSessionKeys());
        }
        if (keyLog != null && made instanceof ReferenceCountedOpenSslContext boring) {
            OpenSslKeyLog.install(boring, keyLog);
        }
    }

    private static IdentityChoice choice(TlsConfig config, boolean boringSsl) {
        List<String> ciphers =
                boringSsl
                        ? LibraryNames.ciphers(config.cipherSuites())
                        : names(config.cipherSuites());
        return IdentityChoice.of(
                config.identities(),
                config.downstream(),
                EcdsaCapability.of(config.versions(), ciphers));
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
        for (String suite : names(config.cipherSuites())) {
            String name = CipherSuiteConverter.toJava(suite, "TLS");
            if (name != null) {
                all.add(name);
            }
        }
        return all;
    }

    /// The names in a list, without the syntax of groups.
    private static List<String> names(List<String> suites) {
        return suites.stream()
                .flatMap(each -> Stream.of(each.replaceAll("[\\[\\]]", "").split("[|:]")))
                .toList();
    }

    /// True if each is the name of a cipher; Netty knows no more of BoringSSL's syntax, such as
    /// groups of equal ones, which is why each engine gets the rest.
    static boolean plain(List<String> suites) {
        return suites.stream()
                .allMatch(suite ->
                        suite.matches("[A-Z0-9-]+")
                                && CipherSuiteConverter.toJava(suite, "TLS") != null);
    }
}
