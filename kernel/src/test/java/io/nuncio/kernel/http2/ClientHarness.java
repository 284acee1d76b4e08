package io.nuncio.kernel.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A client codec with a connection and a user that records what it gets; the peer, a server, sends
/// frames.
final class ClientHarness {
    /// One request with its response as it came.
    static final class Exchange implements ResponseReceiver, StreamControl.Callbacks {
        RequestSender request;
        final List<Integer> informational = new ArrayList<>();
        final StringBuilder body = new StringBuilder();
        @Nullable ResponseHeaders headers;
        @Nullable Trailers trailers;
        @Nullable ResetReason reset;
        boolean complete;
        boolean slow;

        @Override
        public void onInformational(ResponseHeaders early) {
            informational.add(early.status());
        }

        @Override
        public void onHeaders(ResponseHeaders response, boolean endStream) {
            if (headers != null) {
                throw new AssertionError("headers came twice");
            }
            headers = response;
            end(endStream);
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            if (headers == null || complete || reset != null) {
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
            if (complete) {
                throw new AssertionError("the end came twice");
            }
            complete = endStream;
        }

        @Override
        public void onReset(ResetReason reason, String transportFailure) {
            if (reset != null) {
                throw new AssertionError("reset twice");
            }
            reset = reason;
        }

        @Override
        public void onAboveWriteBufferHighWatermark() {
            slow = true;
        }

        @Override
        public void onBelowWriteBufferLowWatermark() {
            slow = false;
        }

        int status() {
            return headers == null ? 0 : headers.status();
        }
    }

    final FakeConnection connection = new FakeConnection();
    final StatsScope stats = StatsStore.detached().root();
    final WireReader wire = new WireReader();
    final Inputs inputs = new Inputs();
    final List<Long> allowedStreams = new ArrayList<>();
    private final ClientCodec codec;
    private final Buffer unread = new Buffer();
    private int goneAway;
    private @Nullable CodecError error;

    ClientHarness(HttpProtocolOptions common, Http2ProtocolOptions http2) {
        var config =
                new CodecConfig(
                        CodecConfig.Type.HTTP2,
                        common,
                        Http1ProtocolOptions.getDefaultInstance(),
                        http2,
                        0);
        codec =
                new Http2ClientCodec(
                        connection,
                        new ClientCodec.Callbacks() {
                            @Override
                            public void onGoAway() {
                                goneAway++;
                            }

                            @Override
                            public void onMaxConcurrentStreams(long streams) {
                                allowedStreams.add(streams);
                            }
                        },
                        Http2Settings.client(config, stats, new Problems()),
                        new WorkerMemory());
    }

    /// A connection whose preface and SETTINGS are exchanged.
    static ClientHarness open(Http2ProtocolOptions.Builder http2) {
        var client = new ClientHarness(HttpProtocolOptions.getDefaultInstance(), http2.build());
        client.preface();
        client.receive(Frames.settings(), Frames.settingsAck());
        client.frames();
        return client;
    }

    static ClientHarness open() {
        return open(Http2ProtocolOptions.newBuilder());
    }

    /// Takes the preface from what was written.
    String preface() {
        byte[] written = connection.takeWritten();
        int length = Frames.preface().length;
        wire.read(java.util.Arrays.copyOfRange(written, length, written.length));
        return new String(written, 0, length, ISO_8859_1);
    }

    /// Begins a stream without a request.
    Exchange begin() {
        var exchange = new Exchange();
        exchange.request = codec.newStream(exchange);
        exchange.request.control().callbacks(exchange);
        return exchange;
    }

    /// Sends a request that has no content.
    Exchange get() {
        return send(RequestHeaders.of("GET", "http", "host", "/path"), true);
    }

    /// Sends the headers of a request whose content follows.
    Exchange post() {
        return send(RequestHeaders.of("POST", "http", "host", "/path"), false);
    }

    Exchange send(RequestHeaders headers, boolean endStream) {
        Exchange exchange = begin();
        exchange.request.headers(headers, endStream);
        return exchange;
    }

    /// The parts come in one read.
    ClientHarness receive(byte[]... parts) {
        Slices.of(unread).take(inputs.pooled(Frames.join(parts)));
        if (error != null) {
            unread.clear();
            return this;
        }
        error = codec.dispatch(unread);
        if (!unread.isEmpty()) {
            throw new AssertionError("something was left unread");
        }
        return this;
    }

    /// What was written since the last call, in words.
    List<String> frames() {
        return wire.read(connection.takeWritten()).stream()
                .map(WireReader.Frame::toString)
                .toList();
    }

    /// The same, without acknowledgements of SETTINGS.
    String answer() {
        List<String> frames = new ArrayList<>(frames());
        frames.removeIf(frame -> frame.startsWith("SETTINGS"));
        return String.join(", ", frames);
    }

    ClientCodec codec() {
        return codec;
    }

    /// How often the owner was told that no new streams are taken.
    int goneAway() {
        return goneAway;
    }

    @Nullable CodecError error() {
        return error;
    }

    long counter(String name) {
        return stats.counter("http2." + name).value();
    }

    long gauge(String name) {
        return stats.gauge("http2." + name).value();
    }
}
