package io.nuncio.testkit;

import com.google.protobuf.Struct;

import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// An accepted socket that passes one listener filter: the test sends bytes, as the peer would, and
/// looks at what the filter found.
public final class FakeAcceptedSocket implements AcceptedSocket {
    /// What became of the socket.
    public enum State {
        /// The filter waits.
        WAITING,
        /// It goes on to the filter chain.
        PASSED,
        CLOSED
    }

    private final FakeWorker worker;
    private final FakeConnectionInfo info = new FakeConnectionInfo();
    private final StreamFacts facts;
    private final Buffer peeked = new Buffer();
    private @Nullable ListenerFilter filter;
    private State state = State.WAITING;
    private @Nullable String transportProtocol;
    private List<String> applicationProtocols = List.of();
    private @Nullable String requestedServerName;
    private @Nullable String ja3Hash;
    private @Nullable String ja4Hash;
    private @Nullable Address originalDestination;

    public FakeAcceptedSocket(FakeWorker worker) {
        this.worker = worker;
        facts = new StreamFacts(worker, info);
    }

    /// Where the system says the peer meant to connect to.
    public FakeAcceptedSocket originalDestination(@Nullable Address address) {
        originalDestination = address;
        return this;
    }

    @Override
    public @Nullable Address originalDestination() {
        return originalDestination;
    }

    /// Begins to pass the filter.
    public FakeAcceptedSocket pass(ListenerFilterTemplate template) {
        filter = template.create(this);
        after(filter.onAccept());
        return this;
    }

    /// Bytes from the peer; the filter sees no more than it asked for.
    public FakeAcceptedSocket receive(byte[] bytes) {
        peeked.append(bytes);
        ListenerFilter served = filter;
        int shown = 0;
        while (served != null && state == State.WAITING && shown < wanted(served)) {
            shown = wanted(served);
            Buffer beginning = new Buffer();
            peeked.moveTo(beginning, shown);
            ListenerFilter.Outcome outcome = served.onData(beginning);
            peeked.moveTo(beginning);
            beginning.moveTo(peeked);
            after(outcome);
        }
        return this;
    }

    private int wanted(ListenerFilter served) {
        return Math.min(served.maxBytes(), peeked.length());
    }

    private void after(ListenerFilter.Outcome outcome) {
        switch (outcome) {
            case CONTINUE -> end(State.PASSED);
            case CLOSE -> end(State.CLOSED);
            case STOP -> {}
        }
    }

    private void end(State how) {
        state = how;
        if (filter != null) {
            filter.onDestroy();
        }
    }

    /// The peer closes, or the time limit passes, before the filter is done.
    public void peerCloses() {
        if (state == State.WAITING) {
            end(State.CLOSED);
        }
    }

    /// Whether the filter waits for something else than bytes: it has seen as many as it asked for.
    public boolean waitsWithoutBytes() {
        return state == State.WAITING && filter != null && filter.maxBytes() <= peeked.length();
    }

    public State state() {
        return state;
    }

    /// The bytes that go on to the filter chain.
    public byte[] left() {
        return peeked.toByteArray();
    }

    /// What the filter found the first bytes to be, null if it said nothing.
    public @Nullable String transportProtocol() {
        return transportProtocol;
    }

    public List<String> applicationProtocols() {
        return applicationProtocols;
    }

    public @Nullable String requestedServerName() {
        return requestedServerName;
    }

    public @Nullable String ja3Hash() {
        return ja3Hash;
    }

    public @Nullable String ja4Hash() {
        return ja4Hash;
    }

    @Override
    public FakeConnectionInfo info() {
        return info;
    }

    @Override
    public StreamInfo streamInfo() {
        return facts;
    }

    @Override
    public FakeWorker worker() {
        return worker;
    }

    @Override
    public void resume(boolean success) {
        end(success ? State.PASSED : State.CLOSED);
    }

    @Override
    public void transportProtocol(String name) {
        transportProtocol = name;
    }

    @Override
    public void applicationProtocols(List<String> names) {
        applicationProtocols = List.copyOf(names);
    }

    @Override
    public void requestedServerName(String name) {
        requestedServerName = name;
    }

    @Override
    public void ja3Hash(String hash) {
        ja3Hash = hash;
    }

    @Override
    public void ja4Hash(String hash) {
        ja4Hash = hash;
    }

    @Override
    public void metadata(String namespace, Struct values) {
        facts.mergeMetadata(namespace, values);
    }

    @Override
    public void filterState(String key, Object value) {
        facts.filterState(key, value);
    }
}
