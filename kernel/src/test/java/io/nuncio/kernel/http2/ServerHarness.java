package io.nuncio.kernel.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.ServerCodec;
import io.nuncio.spi.host.StreamControl;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A server codec with a connection and a user that records what it gets; the peer sends frames.
final class ServerHarness {
    /// One request as it came.
    static final class Exchange implements RequestReceiver, StreamControl.Callbacks {
        final ResponseSender response;
        final StringBuilder body = new StringBuilder();
        private final boolean answersAtOnce;
        private final boolean echoes;
        @Nullable RequestHeaders headers;
        @Nullable Trailers trailers;
        @Nullable ResetReason reset;
        boolean complete;
        boolean slow;
        int parts;

        /// It disables reading as soon as it gets content, once.
        boolean stopsAtNextPart;

        private Exchange(ResponseSender response, boolean answersAtOnce, boolean echoes) {
            this.response = response;
            this.answersAtOnce = answersAtOnce;
            this.echoes = echoes;
            response.control().callbacks(this);
        }

        @Override
        public void onHeaders(RequestHeaders request, boolean endStream) {
            if (headers != null) {
                throw new AssertionError("headers came twice");
            }
            headers = request;
            if (echoes) {
                response.headers(ResponseHeaders.of(200), endStream);
            }
            end(endStream);
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            if (headers == null || complete || reset != null) {
                throw new AssertionError("data before the headers or after the end");
            }
            if (data.isEmpty() && !endStream) {
                throw new AssertionError("no data and no end");
            }
            parts++;
            body.append(data.toString(ISO_8859_1));
            if (echoes) {
                response.data(data, endStream);
            }
            if (stopsAtNextPart) {
                stopsAtNextPart = false;
                response.control().readDisable(true);
            }
            end(endStream);
        }

        @Override
        public void onTrailers(Trailers last) {
            trailers = last;
            if (echoes) {
                response.trailers(last);
            }
            end(true);
        }

        @Override
        public void onProtocolError(LocalReply reply) {
            throw new AssertionError("HTTP/2 has RST_STREAM");
        }

        private void end(boolean endStream) {
            if (complete) {
                throw new AssertionError("the end came twice");
            }
            complete = endStream;
            if (endStream && answersAtOnce) {
                answer("ok");
            }
        }

        void answer(String content) {
            response.headers(ResponseHeaders.of(200), false);
            response.data(Buffer.copyOf(content), true);
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
            if (slow) {
                throw new AssertionError("slowed down twice");
            }
            slow = true;
        }

        @Override
        public void onBelowWriteBufferLowWatermark() {
            if (!slow) {
                throw new AssertionError("hastened without cause");
            }
            slow = false;
        }

        String header(String name) {
            String value = headers == null ? null : headers.getJoined(HeaderName.of(name));
            return value == null ? "" : value;
        }
    }

    final FakeConnection connection = new FakeConnection();
    final StatsScope stats = StatsStore.detached().root();
    final List<Exchange> exchanges = new ArrayList<>();
    final WireReader wire = new WireReader();
    final Inputs inputs = new Inputs();
    private final ServerCodec codec;
    private final Buffer unread = new Buffer();
    private boolean answersAtOnce = true;
    private boolean echoes;
    private boolean goneAway;
    private @Nullable CodecError error;

    ServerHarness() {
        this(Http2ProtocolOptions.getDefaultInstance());
    }

    ServerHarness(Http2ProtocolOptions http2) {
        this(HttpProtocolOptions.getDefaultInstance(), http2);
    }

    ServerHarness(HttpProtocolOptions common, Http2ProtocolOptions http2) {
        this(common, http2, 0);
    }

    /// @param random what the worker says when it is asked for a random number
    ServerHarness(Http2ProtocolOptions http2, long random) {
        this(HttpProtocolOptions.getDefaultInstance(), http2, random);
    }

    private ServerHarness(HttpProtocolOptions common, Http2ProtocolOptions http2, long random) {
        connection.worker.random(random);
        var config =
                new CodecConfig(
                        CodecConfig.Type.HTTP2,
                        common,
                        Http1ProtocolOptions.getDefaultInstance(),
                        http2,
                        0);
        codec =
                new Http2ServerCodec(
                        connection,
                        new ServerCodec.Callbacks() {
                            @Override
                            public RequestReceiver onStream(ResponseSender response) {
                                var exchange = new Exchange(response, answersAtOnce, echoes);
                                exchanges.add(exchange);
                                return exchange;
                            }

                            @Override
                            public void onGoAway() {
                                goneAway = true;
                            }
                        },
                        Http2Settings.server(config, stats, new Problems()),
                        new WorkerMemory());
    }

    /// A connection whose preface and SETTINGS are exchanged.
    static ServerHarness open() {
        return new ServerHarness().opened();
    }

    static ServerHarness open(Http2ProtocolOptions.Builder http2) {
        return new ServerHarness(http2.build()).opened();
    }

    ServerHarness opened() {
        receive(Frames.preface(), Frames.settings(), Frames.settingsAck());
        frames();
        return this;
    }

    /// Requests are answered by [Exchange#answer] alone.
    ServerHarness answeringLater() {
        answersAtOnce = false;
        return this;
    }

    /// Responses are what their requests are.
    ServerHarness echoing() {
        answersAtOnce = false;
        echoes = true;
        return this;
    }

    /// The parts come in one read.
    ServerHarness receive(byte[]... parts) {
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

    /// The same, without acknowledgements.
    String answer() {
        List<String> frames = new ArrayList<>(frames());
        frames.removeIf(frame -> frame.startsWith("SETTINGS"));
        return String.join(", ", frames);
    }

    Exchange exchange(int index) {
        return exchanges.get(index);
    }

    ServerCodec codec() {
        return codec;
    }

    boolean goneAway() {
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
