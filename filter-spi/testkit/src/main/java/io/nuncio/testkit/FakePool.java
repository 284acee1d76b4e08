package io.nuncio.testkit;

import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResponseReceiver;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A pool whose connections the test gives or refuses. By default each request gets one at once.
public final class FakePool implements HttpPool, Host, UpstreamInfo {
    /// What happens to the next request.
    private enum Manner {
        AT_ONCE,
        LATER
    }

    /// A request that waits for a connection.
    private record Pending(ResponseReceiver receiver, Callbacks callbacks) implements Wait {
        @Override
        public void cancel() {}
    }

    private final String cluster;
    private final List<FakeUpstreamStream> streams = new ArrayList<>();
    private final List<Wait> waiting = new ArrayList<>();
    private Manner manner = Manner.AT_ONCE;
    private @Nullable Failure failure;
    private String failureReason = "";
    private boolean secure;
    private @Nullable Metadata metadata;
    private int timeouts;
    private int cancelled;

    FakePool(String cluster) {
        this.cluster = cluster;
    }

    /// From now on requests wait for [#connect] or [#fail].
    public FakePool connectsLater() {
        manner = Manner.LATER;
        return this;
    }

    /// From now on requests fail at once.
    public FakePool fails(Failure why, String transportFailure) {
        failure = why;
        failureReason = transportFailure;
        return this;
    }

    /// Its connections count as encrypted.
    public FakePool encrypts() {
        secure = true;
        return this;
    }

    @Override
    public boolean secure() {
        return secure;
    }

    /// What is said of the host.
    public FakePool metadata(Metadata value) {
        metadata = value;
        return this;
    }

    /// Gives the request that waits longest a connection.
    public FakeUpstreamStream connect() {
        Pending pending = (Pending) waiting.removeFirst();
        return ready(pending.receiver(), pending.callbacks());
    }

    /// Refuses the request that waits longest.
    public void fail(Failure why, String transportFailure) {
        Pending pending = (Pending) waiting.removeFirst();
        pending.callbacks().onFailure(why, transportFailure, this);
    }

    /// From now on no request fails any more.
    public FakePool recovers() {
        failure = null;
        return this;
    }

    /// The latest stream.
    public FakeUpstreamStream stream() {
        return streams.getLast();
    }

    /// A stream by its number, 0 for the first.
    public FakeUpstreamStream stream(int number) {
        return streams.get(number);
    }

    /// How many streams were begun.
    public int streams() {
        return streams.size();
    }

    /// How many requests wait for a connection.
    public int waiting() {
        return waiting.size();
    }

    /// How many requests gave up waiting.
    public int cancelled() {
        return cancelled;
    }

    /// How many requests the host did not answer in time.
    public int timeouts() {
        return timeouts;
    }

    private FakeUpstreamStream ready(ResponseReceiver receiver, Callbacks callbacks) {
        FakeUpstreamStream stream = new FakeUpstreamStream(receiver);
        streams.add(stream);
        callbacks.onReady(stream, this);
        return stream;
    }

    @Override
    public Host host() {
        return this;
    }

    @Override
    public @Nullable Wait newStream(ResponseReceiver receiver, Callbacks callbacks) {
        if (failure != null) {
            callbacks.onFailure(failure, failureReason, this);
            return null;
        }
        if (manner == Manner.AT_ONCE) {
            ready(receiver, callbacks);
            return null;
        }
        Pending pending = new Pending(receiver, callbacks);
        waiting.add(pending);
        return () -> {
            waiting.remove(pending);
            cancelled++;
        };
    }

    @Override
    public void timedOut() {
        timeouts++;
    }

    @Override
    public Address address() {
        return FakeConnectionInfo.ip("198.51.100.1", 8080);
    }

    @Override
    public String hostname() {
        return "";
    }

    @Override
    public String cluster() {
        return cluster;
    }

    @Override
    public Locality locality() {
        return Locality.getDefaultInstance();
    }

    @Override
    public @Nullable Metadata metadata() {
        return metadata;
    }

    @Override
    public int weight() {
        return 1;
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Health health() {
        return Health.HEALTHY;
    }

    @Override
    public long activeRequests() {
        return 0;
    }

    @Override
    public @Nullable ConnectionInfo connection() {
        return null;
    }

    @Override
    public @Nullable Protocol protocol() {
        return Protocol.HTTP11;
    }

    @Override
    public @Nullable String transportFailureReason() {
        return null;
    }

    @Override
    public long connectionRequests() {
        return 0;
    }
}
