package io.nuncio.kernel.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Contexts of the library for connections that offer other protocols than the configuration says,
/// as the library has one list per context. They are made when they are first asked for; of the
/// oldest that exceed [#MOST] only the connections live on. Any thread.
final class OtherProtocols {
    /// Filters may choose protocols by what a peer says: so that it cannot make memory grow.
    static final int MOST = 16;

    private final Function<List<String>, SslContext> maker;
    private final Map<List<String>, SslContext> made = new LinkedHashMap<>(0, 0.75f, true);
    private boolean closed;

    OtherProtocols(Function<List<String>, SslContext> maker) {
        this.maker = maker;
    }

    /// @param use takes a reference of its own if it keeps the context
    <T> T with(List<String> protocols, Function<SslContext, T> use) {
        SslContext known = borrow(protocols);
        // Making one takes long: others are not kept waiting, and of two that make the same one
        // the second takes the first one's.
        SslContext context = known == null ? lend(protocols, maker.apply(protocols)) : known;
        try {
            return use.apply(context);
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    private synchronized @Nullable SslContext borrow(List<String> protocols) {
        SslContext context = made.get(protocols);
        ReferenceCountUtil.retain(context);
        return context;
    }

    private synchronized SslContext lend(List<String> protocols, SslContext fresh) {
        SslContext earlier = made.get(protocols);
        if (earlier != null) {
            ReferenceCountUtil.release(fresh);
            return ReferenceCountUtil.retain(earlier);
        }
        if (!closed) {
            made.put(protocols, ReferenceCountUtil.retain(fresh));
            shrinkTo(MOST);
        }
        return fresh;
    }

    private void shrinkTo(int most) {
        Iterator<SslContext> oldest = made.values().iterator();
        while (made.size() > most) {
            ReferenceCountUtil.release(oldest.next());
            oldest.remove();
        }
    }

    synchronized void close() {
        closed = true;
        shrinkTo(0);
    }
}
