package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

/// The network filter under test, whose callbacks and outcomes are seen, with what it does to its
/// stream.
final class WatchedNetworkFilter implements NetworkFilter, NetworkStream {
    private static final CallbackWatch.Rules RULES =
            new CallbackWatch.Rules(
                    NetworkRule.CALLBACKS_DO_NOT_FAIL,
                    NetworkRule.NOTHING_AFTER_DESTROY,
                    NetworkRule.WORKER_THREAD_ONLY,
                    NetworkRule.WORKER_IS_NOT_BLOCKED,
                    NetworkRule.RESUME_ONLY_WHAT_IS_STOPPED,
                    NetworkRule.BUFFERS_ARE_BORROWED);

    private final NetworkStream stream;
    private final CallbackWatch watch;
    private final Connection connection;
    private final NetworkFilter filter;

    private WatchedNetworkFilter(
            NetworkFilterTemplate template, NetworkStream stream, CallbackWatch watch) {
        this.stream = stream;
        this.watch = watch;
        this.connection = new WatchedConnection(stream.connection(), watch);
        this.filter = watch.call("NetworkFilterTemplate.create", () -> template.create(this));
    }

    static CallbackWatch watch(Findings findings, BlockWatch blocks) {
        return new CallbackWatch(findings, RULES, blocks);
    }

    /// The template whose filter is seen by `watch`.
    static NetworkFilterTemplate of(NetworkFilterTemplate template, CallbackWatch watch) {
        return stream -> new WatchedNetworkFilter(template, stream, watch);
    }

    @Override
    public NetworkOutcome onNewConnection() {
        return watch.step("onNewConnection", NetworkOutcome.STOP, filter::onNewConnection);
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        return watch.lend(
                data,
                loan ->
                        watch.step(
                                "onData",
                                NetworkOutcome.STOP,
                                () -> filter.onData(loan, endStream)));
    }

    @Override
    public NetworkOutcome onWrite(Buffer data, boolean endStream) {
        return watch.lend(
                data, loan -> watch.call("onWrite", () -> filter.onWrite(loan, endStream)));
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        watch.run("onEvent " + event, () -> filter.onEvent(event));
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        watch.run("onAboveWriteBufferHighWatermark", filter::onAboveWriteBufferHighWatermark);
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        watch.run("onBelowWriteBufferLowWatermark", filter::onBelowWriteBufferLowWatermark);
    }

    @Override
    public void onDrain() {
        watch.run("onDrain", filter::onDrain);
    }

    @Override
    public void onDestroy() {
        watch.destroy();
        watch.run("onDestroy", filter::onDestroy);
    }

    // What the filter does.

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Worker worker() {
        return stream.worker();
    }

    @Override
    public void resume() {
        watch.used("NetworkStream.resume");
        watch.resume();
        stream.resume();
    }

    @Override
    public void injectRead(Buffer data, boolean endStream) {
        watch.used("NetworkStream.injectRead");
        stream.injectRead(data, endStream);
    }

    @Override
    public void injectWrite(Buffer data, boolean endStream) {
        watch.used("NetworkStream.injectWrite");
        stream.injectWrite(data, endStream);
    }

    @Override
    public Timer timer(Runnable task) {
        watch.used("NetworkStream.timer");
        return stream.timer(() -> watch.run("a timer", task));
    }

    @Override
    public void post(Runnable task) {
        stream.post(() -> watch.run("a posted task", task));
    }

    @Override
    public boolean drainClose() {
        watch.used("NetworkStream.drainClose");
        return stream.drainClose();
    }
}
