package io.nuncio.kernel.upstream;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Host;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// A router that sends one bodiless request and notes what happens to it.
class FakeRequest implements HttpPool.Callbacks, ResponseReceiver, StreamControl.Callbacks {
    @Nullable RequestSender sender;
    @Nullable UpstreamInfo upstream;
    HttpPool.@Nullable Failure failure;
    String transportFailure = "";
    @Nullable ResetReason reset;
    boolean complete;
    int status;
    int backedUp;
    HttpPool.@Nullable Wait wait;

    FakeRequest sendTo(HttpPool pool) {
        wait = pool.newStream(this, this);
        return this;
    }

    boolean ready() {
        return sender != null;
    }

    @Override
    public void onReady(RequestSender ready, UpstreamInfo info) {
        sender = ready;
        upstream = info;
        ready.control().callbacks(this);
        ready.headers(RequestHeaders.of("GET", "http", "host", "/"), true);
    }

    @Override
    public void onFailure(HttpPool.Failure why, String transport, Host host) {
        failure = why;
        transportFailure = transport;
    }

    @Override
    public void onReset(ResetReason reason, String transport) {
        reset = reason;
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        backedUp++;
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        backedUp--;
    }

    @Override
    public void onInformational(ResponseHeaders headers) {}

    @Override
    public void onHeaders(ResponseHeaders headers, boolean endStream) {
        status = headers.status();
        complete = endStream;
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        complete = endStream;
    }

    @Override
    public void onTrailers(Trailers trailers) {
        complete = true;
    }
}
