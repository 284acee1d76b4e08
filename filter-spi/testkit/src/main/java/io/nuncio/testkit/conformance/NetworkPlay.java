package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.testkit.CountedBuffers;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// One connection with the filter under test.
final class NetworkPlay {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long REAL_PATIENCE_NANOS = 1_000_000_000;

    /// What all connections of a situation have in common.
    ///
    /// @param prepared what the test does to each connection before it begins
    /// @param whileWaiting what the world does while the filter waits
    record Setting(
            NetworkFilterTemplate template,
            FakeFactoryContext context,
            FakeWorker worker,
            Consumer<FakeConnection> prepared,
            Consumer<FakeFactoryContext> whileWaiting,
            Findings findings,
            BlockWatch blocks) {}

    /// Who ends the connection within a callback.
    enum Closer {
        NOBODY,
        /// The filter after the one under test, when it gets data.
        THE_NEXT,
        /// The filter before it, when it sees what is written.
        THE_ONE_BEFORE
    }

    private final Setting setting;
    private final CallbackWatch watch;
    private final CountedBuffers buffers = new CountedBuffers();
    private final FakeConnection connection;
    private @Nullable NetworkEnd end;

    NetworkPlay(Setting setting, Closer closer) {
        this.setting = setting;
        watch = WatchedNetworkFilter.watch(setting.findings(), setting.blocks());
        connection = new FakeConnection(setting.worker());
        connection.halfClose(true);
        setting.prepared().accept(connection);
        List<NetworkFilterTemplate> chain = new ArrayList<>();
        if (closer == Closer.THE_ONE_BEFORE) {
            chain.add(stream ->
                    new NetworkFilter() {
                        @Override
                        public NetworkOutcome onWrite(Buffer data, boolean endStream) {
                            stream.connection().close(Connection.Close.NO_FLUSH, "on_write");
                            return NetworkOutcome.CONTINUE;
                        }
                    });
        }
        chain.add(WatchedNetworkFilter.of(setting.template(), watch));
        if (!setting.template().terminal()) {
            chain.add(stream -> {
                var made = new NetworkEnd(stream, closer == Closer.THE_NEXT);
                end = made;
                return made;
            });
        }
        connection.serve(chain);
        runPosted();
    }

    FakeConnection connection() {
        return connection;
    }

    NetworkPlay receive(String text) {
        connection.receive(buffers.of(text));
        runPosted();
        return this;
    }

    /// The peer sends no more.
    NetworkPlay ends() {
        if (connection.open()) {
            connection.peerEnds();
            runPosted();
        }
        return this;
    }

    private void runPosted() {
        setting.context().mainThread().runPosted();
        setting.worker().runPosted();
    }

    /// Gives the filter time, and looks whether the connection has gone on.
    NetworkPlay settle() {
        await(() -> !connection.open() || obstacle().isEmpty());
        String obstacle = connection.open() ? obstacle() : "";
        if (!obstacle.isEmpty()) {
            setting.findings().add(NetworkRule.CONNECTION_GOES_ON, obstacle);
        }
        return this;
    }

    private String obstacle() {
        if (!connection.reading()) {
            return "reading from the peer is still disabled";
        }
        NetworkEnd behind = end;
        if (behind == null) {
            return connection.unread() > 0
                    ? connection.unread() + " bytes from the peer were not taken"
                    : "";
        }
        if (!behind.started()) {
            return "the filter behind was not told of the connection";
        }
        if (connection.unread() > 0) {
            return connection.unread() + " bytes from the peer did not come through";
        }
        return connection.endDelivered() && !behind.ended()
                ? "the end of the peer's bytes did not come through"
                : "";
    }

    private void await(BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return;
        }
        setting.whileWaiting().accept(setting.context());
        runPosted();
        setting.worker().advance(PATIENCE);
        runPosted();
        if (setting.findings().has(NetworkRule.CONNECTION_GOES_ON)) {
            return;
        }
        long deadline = System.nanoTime() + REAL_PATIENCE_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
            runPosted();
        }
    }

    /// The connection ends, if it has not, and all that was left behind comes to light.
    void finish() {
        connection.peerStalls(false);
        connection.peerCloses();
        runPosted();
        setting.worker().advance(PATIENCE);
        runPosted();
        watch.lookAtLoans();
        long unfreed = buffers.unfreed();
        buffers.forget();
        if (unfreed > 0) {
            setting.findings()
                    .add(NetworkRule.BUFFERS_ARE_FREED, unfreed + " pieces were not freed");
        }
    }

    /// What came out on both sides.
    String result() {
        NetworkEnd behind = end;
        return (behind == null ? "" : behind.received())
                + "|"
                + connection.takeSent()
                + "|"
                + (connection.open() ? "open" : "closed");
    }
}
