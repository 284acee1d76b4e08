package io.nuncio.kernel.listener;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;

/// A listener filter that some sockets pass without being looked at (`filter_disabled`). Thread:
/// the worker.
final class PartlyDisabledFilter implements ListenerFilter {
    private final ListenerFilter filter;
    private final SocketPredicate disabled;
    private final AcceptedSocket socket;

    private PartlyDisabledFilter(
            ListenerFilter filter, SocketPredicate disabled, AcceptedSocket socket) {
        this.filter = filter;
        this.disabled = disabled;
        this.socket = socket;
    }

    /// Filters of that template, which sockets pass that match.
    record Template(ListenerFilterTemplate template, SocketPredicate disabled)
            implements ListenerFilterTemplate {
        @Override
        public ListenerFilter create(AcceptedSocket socket) {
            return new PartlyDisabledFilter(template.create(socket), disabled, socket);
        }

        @Override
        public void close() {
            template.close();
        }
    }

    /// Asked when it is this filter's turn: filters before it may have restored the address.
    @Override
    public Outcome onAccept() {
        return disabled.matches(socket.info()) ? Outcome.CONTINUE : filter.onAccept();
    }

    @Override
    public int maxBytes() {
        return filter.maxBytes();
    }

    @Override
    public Outcome onData(Buffer peeked) {
        return filter.onData(peeked);
    }

    @Override
    public void onDestroy() {
        filter.onDestroy();
    }
}
