package io.nuncio.kernel.tls;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ChangingTls;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// TLS whose newest configuration serves new connections. The library's context of the one before
/// lives on until its last connection has ended. Thread: main, except [#create].
final class ChangingTlsTemplate implements ChangingTls {
    private final TlsContexts maker;
    private final TlsContexts.Side side;
    private final FactoryContext context;
    private final List<String> protocols;
    private final TlsStats stats;
    private final SocketFactoryStats factoryStats;
    private final List<ChangingTlsTemplate> derived = new ArrayList<>();
    private @Nullable TlsConfig config;
    private volatile @Nullable TlsTemplate current;

    /// @param protocols for ALPN, where the configuration has none of its own
    ChangingTlsTemplate(
            TlsContexts maker,
            TlsContexts.Side side,
            FactoryContext context,
            List<String> protocols) {
        this.maker = maker;
        this.side = side;
        this.context = context;
        this.protocols = protocols;
        stats = new TlsStats(context.stats());
        factoryStats = SocketFactoryStats.in(context.stats(), side);
    }

    /// Begins with what is there already; it does not count as a change.
    void begin(TlsConfig first) {
        if (take(first, context.problems())) {
            config = first;
        }
    }

    @Override
    public TransportSocket create(TransportSocketContext connection) {
        while (true) {
            TlsTemplate newest = current;
            if (newest == null) {
                factoryStats.notReady(side).increment();
                return new RefusedSocket(connection, RefusedSocket.NOT_READY);
            }
            TransportSocket made = newest.createIfOpen(connection);
            if (made != null) {
                return made;
            }
        }
    }

    @Override
    public boolean change(TlsConfig to, Problems problems) {
        if (!take(to, problems)) {
            return false;
        }
        config = to;
        derived.forEach(each -> each.take(to, problems));
        factoryStats.contextUpdateBySds().increment();
        return true;
    }

    private boolean take(TlsConfig to, Problems problems) {
        FactoryContext place = context.withProblems(problems);
        TlsTemplate made =
                protocols.isEmpty()
                        ? maker.make(side, to, stats, place)
                        : maker.compile(side, offering(to), stats, place);
        if (made == null) {
            return false;
        }
        TlsTemplate before = current;
        current = made;
        if (before != null) {
            before.close();
        }
        return true;
    }

    private TlsConfig offering(TlsConfig to) {
        return to.applicationProtocols().isEmpty() ? to.withApplicationProtocols(protocols) : to;
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
    public TransportSocketTemplate withApplicationProtocols(List<String> others) {
        ChangingTlsTemplate made = new ChangingTlsTemplate(maker, side, context, others);
        TlsConfig newest = config;
        if (newest != null) {
            made.take(newest, context.problems());
        }
        derived.add(made);
        return made;
    }

    @Override
    public void close() {
        derived.forEach(ChangingTlsTemplate::close);
        TlsTemplate last = current;
        current = null;
        if (last != null) {
            last.close();
        }
    }
}
