package io.nuncio.kernel.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import javax.net.ssl.SSLEngine;

/// One configuration of TLS with the library's context for it, which lives until the template and
/// the last connection have gone.
final class TlsTemplate implements TransportSocketTemplate {
    private final SslContext library;
    private final TlsConfig config;
    private final @Nullable String ciphers;
    private final TlsStats stats;

    /// @param ciphers what each engine is to be given, null if the library's context has all
    TlsTemplate(SslContext library, TlsConfig config, @Nullable String ciphers, TlsStats stats) {
        this.library = library;
        this.config = config;
        this.ciphers = ciphers;
        this.stats = stats;
    }

    @Override
    public TransportSocket create(TransportSocketContext context) {
        return new TlsSocket(context, engine(context.serverName()), this);
    }

    /// Netty's handler is not put into any pipeline: it is only the way to an engine that takes as
    /// many records as there are in one call.
    private SSLEngine engine(@Nullable String connectionsOwn) {
        ByteBufAllocator memory = ByteBufAllocator.DEFAULT;
        String name = connectionsOwn == null ? config.serverName() : connectionsOwn;
        SSLEngine engine =
                (library.isServer() || name == null
                                ? library.newHandler(memory)
                                : library.newHandler(memory, name, -1))
                        .engine();
        if (engine instanceof ReferenceCountedOpenSslEngine boring) {
            refine(boring.sslPointer());
        }
        return engine;
    }

    /// What Netty's contexts have no words for.
    private void refine(long ssl) {
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

    TlsStats stats() {
        return stats;
    }

    boolean validates() {
        return config.verifier().validates();
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
    public void close() {
        ReferenceCountUtil.release(library);
    }
}
