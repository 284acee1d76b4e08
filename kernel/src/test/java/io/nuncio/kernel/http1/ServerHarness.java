package io.nuncio.kernel.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.netty.buffer.Unpooled;
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
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.ServerCodec;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A server codec with a connection and a user that records what it gets. A protocol error is
/// answered as the connection manager does.
final class ServerHarness {
    /// One request as it came.
    static final class Exchange implements RequestReceiver {
        final ResponseSender response;
        final StringBuilder body = new StringBuilder();
        @Nullable RequestHeaders headers;
        @Nullable Trailers trailers;
        @Nullable LocalReply refusal;
        boolean complete;
        boolean answered;
        private final boolean answerAtOnce;

        private Exchange(ResponseSender response, boolean answerAtOnce) {
            this.response = response;
            this.answerAtOnce = answerAtOnce;
        }

        @Override
        public void onHeaders(RequestHeaders request, boolean endStream) {
            if (headers != null) {
                throw new AssertionError("headers came twice");
            }
            headers = request;
            end(endStream);
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            if (headers == null || complete) {
                throw new AssertionError("data before the headers or after the end");
            }
            if (data.isEmpty() && !endStream) {
                throw new AssertionError("no data and no end");
            }
            body.append(data.toString(ISO_8859_1));
            end(endStream);
        }

        @Override
        public void onTrailers(Trailers last) {
            trailers = last;
            end(true);
        }

        @Override
        public void onProtocolError(LocalReply reply) {
            refusal = reply;
            if (!answered) {
                ResponseHeaders answer = ResponseHeaders.of(reply.status());
                answer.setLong(HeaderName.CONTENT_LENGTH, reply.body().length());
                answer.set(HeaderName.CONNECTION, "close");
                response.headers(answer, false);
                response.data(Buffer.copyOf(reply.body()), true);
            }
        }

        private void end(boolean endStream) {
            if (complete) {
                throw new AssertionError("the end came twice");
            }
            complete = endStream;
            if (endStream && answerAtOnce) {
                answer();
            }
        }

        void answer() {
            answered = true;
            ResponseHeaders headers = ResponseHeaders.of(200);
            headers.set(HeaderName.CONTENT_LENGTH, "2");
            response.headers(headers, false);
            response.data(Buffer.copyOf("ok"), true);
        }

        String header(String name) {
            String value = headers == null ? null : headers.getJoined(HeaderName.of(name));
            return value == null ? "" : value;
        }

        /// Method, path, the other headers, body and trailers in lines.
        String describe() {
            return (headers == null ? "" : headers.toString())
                    + (body.isEmpty() ? "" : "\n" + body + "\n")
                    + (trailers == null ? "" : trailers.toString());
        }
    }

    final FakeConnection connection = new FakeConnection();
    final StatsScope stats = StatsStore.detached().root();
    final List<Exchange> exchanges = new ArrayList<>();
    private final ServerCodec codec;
    private final Buffer unread = new Buffer();
    private boolean answerAtOnce = true;
    private @Nullable CodecError error;

    ServerHarness() {
        this(HttpProtocolOptions.getDefaultInstance(), Http1ProtocolOptions.getDefaultInstance());
    }

    ServerHarness(Http1ProtocolOptions http1) {
        this(HttpProtocolOptions.getDefaultInstance(), http1);
    }

    ServerHarness(HttpProtocolOptions common) {
        this(common, Http1ProtocolOptions.getDefaultInstance());
    }

    private ServerHarness(HttpProtocolOptions common, Http1ProtocolOptions http1) {
        var config =
                new CodecConfig(
                        CodecConfig.Type.HTTP1,
                        common,
                        http1,
                        Http2ProtocolOptions.getDefaultInstance(),
                        0);
        var settings = Http1Settings.server(config, stats, new Problems());
        codec =
                new Http1ServerCodec(
                        connection,
                        response -> {
                            var exchange = new Exchange(response, answerAtOnce);
                            exchanges.add(exchange);
                            return exchange;
                        },
                        settings,
                        new HeadWriter());
    }

    /// Requests are answered by [Exchange#answer] alone.
    ServerHarness answeringLater() {
        answerAtOnce = false;
        return this;
    }

    /// The bytes of `text` come in one read.
    ServerHarness receive(String text) {
        return receive(text.getBytes(ISO_8859_1));
    }

    ServerHarness receive(byte[] bytes) {
        Slices.of(unread).take(Unpooled.wrappedBuffer(bytes));
        return dispatch();
    }

    /// What was not read comes again, as after reading was enabled.
    ServerHarness dispatch() {
        if (error == null) {
            error = codec.dispatch(unread);
        }
        return this;
    }

    int unreadBytes() {
        return unread.length();
    }

    ServerCodec codec() {
        return codec;
    }

    Exchange exchange(int index) {
        return exchanges.get(index);
    }

    @Nullable CodecError error() {
        return error;
    }

    String written() {
        return connection.takeWritten();
    }

    long counter(String name) {
        return stats.counter(name).value();
    }
}
