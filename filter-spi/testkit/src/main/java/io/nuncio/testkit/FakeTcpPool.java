package io.nuncio.testkit;

import io.nuncio.spi.Host;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A pool of raw connections that the test gives or refuses; none is made before it says so.
public final class FakeTcpPool implements TcpPool {
    private record Pending(Receiver receiver, Callbacks callbacks) {}

    private final FakePool host;
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final List<FakeTcpUpstream> opened = new ArrayList<>();
    private HttpPool.@Nullable Failure atOnce;
    private int cancelled;

    FakeTcpPool(FakePool host) {
        this.host = host;
    }

    /// The connection that was asked for first stands.
    public FakeTcpUpstream connect() {
        Pending pending = waiting.removeFirst();
        var upstream = new FakeTcpUpstream(host, pending.receiver());
        opened.add(upstream);
        pending.callbacks().onReady(upstream);
        return upstream;
    }

    /// The connection that was asked for first cannot be made.
    public void fail(HttpPool.Failure failure) {
        waiting.removeFirst().callbacks().onFailure(failure, host);
    }

    /// From now on connections are refused before anybody waits.
    public FakeTcpPool failsAtOnce(HttpPool.Failure failure) {
        atOnce = failure;
        return this;
    }

    /// How many connections are being made.
    public int waiting() {
        return waiting.size();
    }

    /// How many who asked gave up.
    public int cancelled() {
        return cancelled;
    }

    /// The connections that stood, the oldest first.
    public List<FakeTcpUpstream> opened() {
        return opened;
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public @Nullable Wait newConnection(Receiver receiver, Callbacks callbacks) {
        if (atOnce != null) {
            callbacks.onFailure(atOnce, host);
            return null;
        }
        var pending = new Pending(receiver, callbacks);
        waiting.add(pending);
        return () -> {
            if (waiting.remove(pending)) {
                cancelled++;
            }
        };
    }
}
