package io.nuncio.kernel.network;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A network filter that writes down what it is told and takes all bytes; for tests.
class RecordingFilter implements NetworkFilter {
    final NetworkStream stream;
    final List<String> log;

    RecordingFilter(NetworkStream stream, List<String> log) {
        this.stream = stream;
        this.log = log;
    }

    RecordingFilter(NetworkStream stream) {
        this(stream, new CopyOnWriteArrayList<>());
    }

    @Override
    public NetworkOutcome onNewConnection() {
        log.add("new");
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        log.add("data " + data.toString(StandardCharsets.US_ASCII) + (endStream ? " end" : ""));
        data.clear();
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        log.add(event.name());
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        log.add("above");
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        log.add("below");
    }

    @Override
    public void onDrain() {
        log.add("drain");
    }

    @Override
    public void onDestroy() {
        log.add("destroy");
    }
}
