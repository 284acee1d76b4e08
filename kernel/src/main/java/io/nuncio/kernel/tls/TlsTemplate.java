package io.nuncio.kernel.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.PeerVerifier;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// One configuration of TLS with the library's context for it, which lives until the template and
/// the last connection have gone.
final class TlsTemplate implements TransportSocketTemplate {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    private static final String NAMELESS = "nameless";
    private static final int SOME_PORT = 1;
    private static final int LONGEST_PROTOCOL = 255;

    private final SslContext library;
    private final TlsConfig config;
    private final @Nullable String ciphers;
    private final TlsStats stats;
    private final @Nullable KeyLog keyLog;
    private final Function<TlsConfig, TransportSocketTemplate> maker;
    private final OtherProtocols others;
    private final List<TransportSocketTemplate> derived = new ArrayList<>(); // main thread
    private Runnable whenClosed = () -> {}; // main thread

    /// @param ciphers what each engine is to be given, null if the library's context has all
    /// @param keyLog what the library's context writes secrets to, null for nothing; the template
    ///   owns a reference
    /// @param maker of templates that differ a little
    /// @param others contexts that offer other protocols, on any thread
    TlsTemplate(
            SslContext library,
            TlsConfig config,
            @Nullable String ciphers,
            TlsStats stats,
            @Nullable KeyLog keyLog,
            Function<TlsConfig, TransportSocketTemplate> maker,
            OtherProtocols others) {
        this.library = library;
        this.config = config;
        this.ciphers = ciphers;
        this.stats = stats;
        this.keyLog = keyLog;
        this.maker = maker;
        this.others = others;
    }

    @Override
    public TransportSocket create(TransportSocketContext context) {
        String name = serverName(context);
        List<String> protocols = context.options().applicationProtocols();
        if (protocols.stream().anyMatch(each -> each.length() > LONGEST_PROTOCOL)) {
            return new RefusedSocket(context, "TLS error: Invalid ALPN protocol string");
        }
        SSLEngine engine =
                protocols.isEmpty()
                        ? engine(library, name)
                        : others.with(protocols, other -> engine(other, name));
        ReferenceCountUtil.retain(keyLog);
        return new TlsSocket(context, engine, this);
    }

    /// For those who may come while the template is closed on the main thread.
    ///
    /// @return null if it is closed already
    @Nullable TransportSocket createIfOpen(TransportSocketContext context) {
        if (!held(keyLog)) {
            return null;
        }
        try {
            if (!held(library)) {
                return null;
            }
            try {
                return create(context);
            } finally {
                ReferenceCountUtil.release(library);
            }
        } finally {
            ReferenceCountUtil.release(keyLog);
        }
    }

    /// @return false if it has gone already
    private static boolean held(@Nullable Object what) {
        try {
            ReferenceCountUtil.retain(what);
            return true;
        } catch (IllegalReferenceCountException gone) {
            return false;
        }
    }

    void whenClosed(Runnable task) {
        whenClosed = task;
    }

    /// True if the sockets answer handshakes.
    boolean server() {
        return library.isServer();
    }

    /// Netty's handler is not put into any pipeline: it is only the way to an engine that takes as
    /// many records as there are in one call.
    private SSLEngine engine(SslContext from, @Nullable String name) {
        SSLEngine engine = handler(from, name, ByteBufAllocator.DEFAULT).engine();
        if (library.isClient() && name != null && name.indexOf('.') < 0) {
            askFor(name, engine);
        }
        if (engine instanceof ReferenceCountedOpenSslEngine boring) {
            refine(boring.sslPointer());
        } else if (library.isServer() && config.downstream().preferClientCiphers()) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setUseCipherSuitesOrder(false);
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /// An upstream's sessions are kept by the name that is asked for; the library asks for none of
    /// itself that has no dot.
    private SslHandler handler(SslContext from, @Nullable String name, ByteBufAllocator memory) {
        if (library.isServer()) {
            return from.newHandler(memory);
        }
        if (config.upstream().maxSessionKeys() > 0) {
            return from.newHandler(memory, name == null ? NAMELESS : name, SOME_PORT);
        }
        return name == null ? from.newHandler(memory) : from.newHandler(memory, name, -1);
    }

    /// Netty asks for no name without a dot by itself.
    private static void askFor(String name, SSLEngine engine) {
        try {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            engine.setSSLParameters(parameters);
        } catch (IllegalArgumentException noHostName) {
            LOG.debug("{} cannot be asked for by TLS: {}", name, noHostName.getMessage());
        }
    }

    private @Nullable String serverName(TransportSocketContext context) {
        String told = context.serverName();
        if (told != null) {
            return told;
        }
        String host = config.serverName().hostsOwn() ? context.hostname() : null;
        String name = host == null || host.isEmpty() ? config.serverName().name() : host;
        return name.isEmpty() ? null : name;
    }

    /// What Netty's contexts have no words for.
    private void refine(long ssl) {
        if (library.isClient()) {
            refuseRenegotiation(ssl);
        } else if (config.downstream().preferClientCiphers()) {
            SSL.clearOptions(ssl, SSL.SSL_OP_CIPHER_SERVER_PREFERENCE);
        }
        if (!config.sessions().tickets()) {
            SSL.setOptions(ssl, SSL.SSL_OP_NO_TICKET);
        }
        if (ciphers != null) {
            try {
                SSL.setCipherSuites(ssl, ciphers, false);
            } catch (Exception unknown) {
                throw new IllegalStateException("they were tried when compiled", unknown);
            }
        }
    }

    private static void refuseRenegotiation(long ssl) {
        try {
            SSL.setRenegotiateMode(ssl, SSL.SSL_RENEGOTIATE_NEVER);
        } catch (Exception impossible) {
            throw new IllegalStateException("BoringSSL has this mode", impossible);
        }
    }

    TlsStats stats() {
        return stats;
    }

    @Nullable KeyLog keyLog() {
        return keyLog;
    }

    PeerVerifier verifier() {
        return config.verifier();
    }

    @Override
    public boolean secure() {
        return true;
    }

    @Override
    public boolean supportsAlpn() {
        return true;
    }

    @Override
    public TransportSocketTemplate withApplicationProtocols(List<String> protocols) {
        if (!config.applicationProtocols().isEmpty()) {
            return this;
        }
        TransportSocketTemplate made = maker.apply(config.withApplicationProtocols(protocols));
        derived.add(made);
        return made;
    }

    @Override
    public void close() {
        whenClosed.run();
        derived.forEach(TransportSocketTemplate::close);
        others.close();
        ReferenceCountUtil.release(library);
        ReferenceCountUtil.release(keyLog); // last: who holds it finds the library, or none
    }
}
