package io.nuncio.kernel.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.netty.buffer.Unpooled;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A client codec with a connection, a pool that notes when it gets the connection back, and a
/// receiver that records the response.
final class ClientHarness implements ResponseReceiver, ClientCodec.Callbacks {
    final FakeConnection connection = new FakeConnection();
    final List<String> events = new ArrayList<>();
    final StringBuilder body = new StringBuilder();
    @Nullable ResponseHeaders headers;
    @Nullable Trailers trailers;
    boolean complete;
    private final ClientCodec codec;
    private @Nullable RequestSender request;

    ClientHarness() {
        this(Http1ProtocolOptions.getDefaultInstance());
    }

    ClientHarness(Http1ProtocolOptions http1) {
        this(HttpProtocolOptions.getDefaultInstance(), http1);
    }

    ClientHarness(HttpProtocolOptions common, Http1ProtocolOptions http1) {
        var config =
                new CodecConfig(
                        CodecConfig.Type.HTTP1,
                        common,
                        http1,
                        Http2ProtocolOptions.getDefaultInstance(),
                        0);
        var settings = Http1Settings.client(config, StatsStore.detached().root(), new Problems());
        codec = new Http1ClientCodec(connection, this, settings, new HeadWriter());
    }

    ClientCodec codec() {
        return codec;
    }

    /// Sends a request without body.
    ClientHarness request(String method) {
        return request(RequestHeaders.of(method, "http", "host.example", "/"), true);
    }

    ClientHarness request(RequestHeaders request, boolean endStream) {
        headers = null;
        trailers = null;
        complete = false;
        body.setLength(0);
        RequestSender sender = codec.newStream(this);
        this.request = sender;
        sender.headers(request, endStream);
        return this;
    }

    RequestSender sender() {
        RequestSender sender = request;
        if (sender == null) {
            throw new AssertionError("no request was sent");
        }
        return sender;
    }

    @Nullable CodecError receive(String text) {
        var data = new Buffer();
        Slices.of(data).take(Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1)));
        CodecError error = codec.dispatch(data);
        if (!data.isEmpty()) {
            throw new AssertionError("bytes were left");
        }
        return error;
    }

    String written() {
        return connection.takeWritten();
    }

    @Override
    public void onInformational(ResponseHeaders informational) {
        events.add("informational " + informational.status());
    }

    @Override
    public void onHeaders(ResponseHeaders response, boolean endStream) {
        headers = response;
        end(endStream);
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (headers == null || complete) {
            throw new AssertionError("data before the headers or after the end");
        }
        body.append(data.toString(ISO_8859_1));
        end(endStream);
    }

    @Override
    public void onTrailers(Trailers last) {
        trailers = last;
        end(true);
    }

    private void end(boolean endStream) {
        complete = endStream;
        if (endStream) {
            events.add("complete");
        }
    }

    @Override
    public void onTunnelEnded() {
        events.add("tunnel ended");
    }

    @Override
    public void onResponseComplete(boolean reusable) {
        events.add(reusable ? "reusable" : "not reusable");
    }
}
