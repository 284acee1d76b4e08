package io.nuncio.micro;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.kernel.http1.Http1Codecs;
import io.nuncio.kernel.http2.Http2Codecs;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.ServerCodec;
import io.nuncio.testkit.FakeFactoryContext;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// A client codec and a server codec of one protocol, back to back: a request of eight headers is
/// written and read, a response of four headers and a body of 130 bytes is written and read. A
/// proxied request passes as much of codecs: one server's side and one client's.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
    @Param({"HTTP1", "HTTP2"})
    public CodecConfig.Type type = CodecConfig.Type.HTTP1;

    private final QuietWorker worker = new QuietWorker();
    private final Pipe toServer = new Pipe(worker);
    private final Pipe toClient = new Pipe(worker);
    private final Answers answers = new Answers();
    private final RequestHeaders request = Requests.browser("/index.html?a=b");
    private final ResponseHeaders response = response();
    private final byte[] body = "0123456789".repeat(13).getBytes(StandardCharsets.US_ASCII);
    private @Nullable ServerCodec server;
    private @Nullable ClientCodec client;

    @Setup
    public void connect() {
        Codecs codecs = type == CodecConfig.Type.HTTP1 ? new Http1Codecs() : new Http2Codecs();
        var context = new FakeFactoryContext();
        var config =
                new CodecConfig(
                        type,
                        HttpProtocolOptions.getDefaultInstance(),
                        Http1ProtocolOptions.getDefaultInstance(),
                        Http2ProtocolOptions.getDefaultInstance(),
                        0);
        server = codecs.server(config, context, "server").create(toClient, Echo::new);
        client = codecs.client(config, context, "client").create(toServer, new Idle());
        exchange();
    }

    private static ResponseHeaders response() {
        ResponseHeaders response = ResponseHeaders.of(200);
        response.set(HeaderName.DATE, "Sat, 21 Nov 2026 03:00:00 GMT");
        response.set(HeaderName.SERVER, "envoy");
        response.set(HeaderName.CONTENT_TYPE, "text/plain");
        response.set(HeaderName.CONTENT_LENGTH, "130");
        return response;
    }

    /// @return how many responses came so far
    @Benchmark
    public int exchange() {
        ClientCodec to = Objects.requireNonNull(client);
        ServerCodec from = Objects.requireNonNull(server);
        int before = answers.count;
        to.newStream(answers).headers(RequestHeaders.copyOf(request), true);
        for (int turn = 0; turn < 4 && answers.count == before; turn++) {
            check(from.dispatch(toServer.written));
            worker.runPosted();
            check(to.dispatch(toClient.written));
            worker.runPosted();
        }
        if (answers.count != before + 1) {
            throw new IllegalStateException("no answer");
        }
        return answers.count;
    }

    private static void check(@Nullable CodecError error) {
        if (error != null) {
            throw new IllegalStateException(error.toString());
        }
    }

    /// Answers each request with the same response.
    private final class Echo implements RequestReceiver {
        private final ResponseSender sender;

        Echo(ResponseSender sender) {
            this.sender = sender;
        }

        @Override
        public void onHeaders(RequestHeaders headers, boolean endStream) {
            sender.headers(ResponseHeaders.copyOf(response), false);
            sender.data(Buffer.copyOf(body), true);
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            data.clear();
        }

        @Override
        public void onTrailers(Trailers trailers) {}

        @Override
        public void onProtocolError(LocalReply reply) {
            throw new IllegalStateException(reply.toString());
        }
    }

    private static final class Idle implements ClientCodec.Callbacks {}

    /// Counts the responses that came whole.
    private static final class Answers implements ResponseReceiver {
        int count;

        @Override
        public void onInformational(ResponseHeaders headers) {}

        @Override
        public void onHeaders(ResponseHeaders headers, boolean endStream) {
            count += endStream ? 1 : 0;
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            data.clear();
            count += endStream ? 1 : 0;
        }

        @Override
        public void onTrailers(Trailers trailers) {}
    }
}
