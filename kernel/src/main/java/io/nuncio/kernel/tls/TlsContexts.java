package io.nuncio.kernel.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ChangingTls;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsSockets;

import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLException;

/// Makes the TLS library's contexts: BoringSSL's, or the JDK's where BoringSSL cannot be loaded or
/// the runtime flag [#USE_JDK] asks for it. Thread: main.
public final class TlsContexts implements TlsSockets {
    /// The runtime flag that chooses the JDK's TLS, read when a context is made.
    public static final String USE_JDK = "nuncio.tls.use_jdk";

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
        if (boringSsl && !config.upstream().enforceKeyUsage()) {
            context.problems()
                    .at("enforce_rsa_key_usage")
                    .because("BoringSSL enforces it; only the JDK's TLS can do without");
            return null;
        }
        String impossible = boringSsl ? "" : jdkCannot(config);
        if (!impossible.isEmpty()) {
            context.problems().add("", impossible + " needs BoringSSL; the JDK's TLS cannot do it");
            return null;
        }
        KeyLog keyLog;
        try {
            keyLog = KeyLog.open(config, context);
        } catch (UncheckedIOException failure) {
            context.problems()
                    .add("common_tls_context.key_log.path", String.valueOf(failure.getMessage()));
            return null;
        }
        try {
            return new TlsTemplate(
                    LibraryContext.build(server, config, boringSsl, stats, keyLog),
                    config,
                    LibraryContext.plain(config.cipherSuites())
                            ? null
                            : String.join(":", config.cipherSuites()),
                    stats,
                    keyLog,
                    another -> {
                        TlsTemplate other = compile(side, another, stats, context);
                        return other == null ? new UnusableTls() : other;
                    },
                    new OtherProtocols(protocols ->
                            offering(protocols, server, config, boringSsl, stats, keyLog)));
        } catch (SSLException | IllegalArgumentException refused) {
            ReferenceCountUtil.release(keyLog);
            Throwable deepest = refused;
            while (deepest.getCause() != null) {
                deepest = deepest.getCause();
            }
            context.problems().add("", "Failed to initialize TLS: " + deepest.getMessage());
            return null;
        }
    }

    /// Any thread.
    private static SslContext offering(
            List<String> protocols,
            boolean server,
            TlsConfig config,
            boolean boringSsl,
            TlsStats stats,
            @Nullable KeyLog keyLog) {
        try {
            return LibraryContext.build(
                    server, config.withApplicationProtocols(protocols), boringSsl, stats, keyLog);
        } catch (SSLException impossible) {
            throw new IllegalStateException("the rest was tried when compiled", impossible);
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

    /// The field that asks for more than the JDK has; empty if none does.
    private static String jdkCannot(TlsConfig config) {
        if (!config.sessions().ticketKeys().isEmpty()) {
            return "session_ticket_keys";
        }
        if (config.keyLog() != null) {
            return "key_log";
        }
        return config.identities().stream().anyMatch(each -> each.staple() != null)
                ? "ocsp_staple"
                : "";
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
