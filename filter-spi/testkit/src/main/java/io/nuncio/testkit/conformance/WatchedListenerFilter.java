package io.nuncio.testkit.conformance;

import com.google.protobuf.Struct;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The listener filter under test, whose callbacks and outcomes are seen, with what it does to its
/// socket.
final class WatchedListenerFilter implements ListenerFilter, AcceptedSocket {
    private static final CallbackWatch.Rules RULES =
            new CallbackWatch.Rules(
                    ListenerRule.CALLBACKS_DO_NOT_FAIL,
                    ListenerRule.NOTHING_AFTER_DESTROY,
                    ListenerRule.WORKER_THREAD_ONLY,
                    ListenerRule.WORKER_IS_NOT_BLOCKED,
                    ListenerRule.RESUME_ONLY_WHAT_IS_STOPPED,
                    ListenerRule.BUFFERS_ARE_BORROWED);

    private final AcceptedSocket socket;
    private final CallbackWatch watch;
    private final List<String> said;
    private final ListenerFilter filter;

    private WatchedListenerFilter(
            ListenerFilterTemplate template,
            AcceptedSocket socket,
            CallbackWatch watch,
            List<String> said) {
        this.socket = socket;
        this.watch = watch;
        this.said = said;
        this.filter = watch.call("ListenerFilterTemplate.create", () -> template.create(this));
    }

    static CallbackWatch watch(Findings findings, BlockWatch blocks) {
        return new CallbackWatch(findings, RULES, blocks);
    }

    /// @param said gets what the filter says of the socket
    static ListenerFilterTemplate of(
            ListenerFilterTemplate template, CallbackWatch watch, List<String> said) {
        return socket -> new WatchedListenerFilter(template, socket, watch, said);
    }

    @Override
    public Outcome onAccept() {
        return watch.step("onAccept", Outcome.STOP, filter::onAccept);
    }

    @Override
    public int maxBytes() {
        return watch.call("maxBytes", filter::maxBytes);
    }

    @Override
    public Outcome onData(Buffer peeked) {
        return watch.lend(
                peeked, loan -> watch.step("onData", Outcome.STOP, () -> filter.onData(loan)));
    }

    @Override
    public void onDestroy() {
        watch.destroy();
        watch.run("onDestroy", filter::onDestroy);
    }

    // What the filter does.

    private AcceptedSocket used(String method) {
        watch.used("AcceptedSocket." + method);
        return socket;
    }

    private AcceptedSocket says(String method, Object value) {
        said.add(method + " " + value);
        return used(method);
    }

    @Override
    public ConnectionInfo info() {
        return used("info").info();
    }

    @Override
    public StreamInfo streamInfo() {
        return used("streamInfo").streamInfo();
    }

    @Override
    public Worker worker() {
        return socket.worker();
    }

    @Override
    public @Nullable Address originalDestination() {
        return used("originalDestination").originalDestination();
    }

    @Override
    public void resume(boolean success) {
        watch.used("AcceptedSocket.resume");
        watch.resume();
        socket.resume(success);
    }

    @Override
    public void transportProtocol(String name) {
        says("transportProtocol", name).transportProtocol(name);
    }

    @Override
    public void applicationProtocols(List<String> names) {
        says("applicationProtocols", names).applicationProtocols(names);
    }

    @Override
    public void requestedServerName(String name) {
        says("requestedServerName", name).requestedServerName(name);
    }

    @Override
    public void ja3Hash(String hash) {
        says("ja3Hash", hash).ja3Hash(hash);
    }

    @Override
    public void ja4Hash(String hash) {
        says("ja4Hash", hash).ja4Hash(hash);
    }

    @Override
    public void metadata(String namespace, Struct values) {
        says("metadata", namespace + " " + values).metadata(namespace, values);
    }

    @Override
    public void filterState(String key, Object value) {
        says("filterState", key).filterState(key, value);
    }
}
