package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;

import java.nio.charset.StandardCharsets;

/// The last filter of a chain, behind one that is not terminal: takes what comes, and may close the
/// connection as it does.
final class NetworkEnd implements NetworkFilter {
    private final NetworkStream stream;
    private final boolean closes;
    private final StringBuilder received = new StringBuilder();
    private boolean started;
    private boolean ended;

    NetworkEnd(NetworkStream stream, boolean closes) {
        this.stream = stream;
        this.closes = closes;
    }

    boolean started() {
        return started;
    }

    boolean ended() {
        return ended;
    }

    String received() {
        return received.toString();
    }

    @Override
    public NetworkOutcome onNewConnection() {
        started = true;
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        received.append(data.toString(StandardCharsets.ISO_8859_1));
        data.clear();
        ended |= endStream;
        if (closes) {
            stream.connection().close(Connection.Close.NO_FLUSH, "the_end_closes");
        }
        return NetworkOutcome.STOP;
    }
}
