package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.ThreadMXBean;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.internal.Slices;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.IntSupplier;

/// What parsing and writing the head of a small message costs, beside Netty's codec. Run by name:
/// `mvn -pl kernel -am test -Dtest=Http1CodecBenchmark -Dsurefire.failIfNoSpecifiedTests=false`.
/// The best of several rounds, in CPU time of the thread: machines are shared.
///
/// It would worry us if reading and passing on the request took more than 600 ns or 1.6 kB.
class Http1CodecBenchmark {
    private static final byte[] REQUEST =
            """
            GET /index.html?a=b HTTP/1.1\r
            Host: www.example.com:8080\r
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
            Accept-Language: en-US,en;q=0.5\r
            Accept-Encoding: gzip, deflate\r
            Connection: keep-alive\r
            Cookie: session=0123456789abcdef; theme=dark\r
            \r
            """
                    .getBytes(US_ASCII);

    private static final Http1Settings SETTINGS =
            Http1Settings.server(
                    new CodecConfig(
                            CodecConfig.Type.HTTP1,
                            HttpProtocolOptions.getDefaultInstance(),
                            Http1ProtocolOptions.getDefaultInstance(),
                            Http2ProtocolOptions.getDefaultInstance(),
                            0),
                    StatsStore.detached().root(),
                    new Problems());

    private static final int ROUNDS = 7;
    private static final long ROUND_NANOS = 700_000_000L;

    private long sink;

    @Test
    void report() {
        var parser = new HeadParser(SETTINGS.limits());
        measure("read only: take, copy out, free", () -> readOnly(parser));
        measure("parse a request head", () -> parse(parser).size());
        var writer = new HeadWriter();
        RequestHeaders untouched = parse(parser);
        untouched.set(HeaderName.PATH, "/index.html?a=b");
        var output = new Buffer();
        measure("write a request head as it came", () -> write(writer, untouched, output));
        measure("parse, add three headers, write", () -> proxy(parser, writer, output));
        ResponseHeaders response = response();
        measure("write a response head", () -> write(writer, response, output));
        measure(
                "parse, write a response head",
                () -> parse(parser).size() + write(writer, response, output));
        var decoder = new EmbeddedChannel(new HttpRequestDecoder());
        measure("Netty: parse a request head", () -> nettyParse(decoder));
        var codec = new EmbeddedChannel(new HttpServerCodec());
        measure("Netty: parse, write a response head", () -> nettyParse(codec) + nettyWrite(codec));
        assertThat(sink).isNotZero();
    }

    private static Buffer received() {
        var buffer = new Buffer();
        ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(2048);
        Slices.of(buffer).take(bytes.writeBytes(REQUEST));
        return buffer;
    }

    private int readOnly(HeadParser parser) {
        Buffer buffer = received();
        byte[] copy = new byte[REQUEST.length];
        buffer.copyTo(0, copy, 0, copy.length);
        buffer.drain(copy.length);
        return copy[copy.length / 2];
    }

    private RequestHeaders parse(HeadParser parser) {
        Buffer buffer = received();
        parser.startRequest();
        if (!parser.parse(Slices.of(buffer))) {
            throw new AssertionError(parser.violation());
        }
        return parser.requestHeaders();
    }

    private static int write(HeadWriter writer, RequestHeaders headers, Buffer output) {
        writer.request(Slices.of(output), headers, HeadWriter.Framing.AS_IS, false, false);
        int length = output.length();
        output.clear();
        return length;
    }

    private static int write(HeadWriter writer, ResponseHeaders headers, Buffer output) {
        writer.response(Slices.of(output), headers, HeadWriter.Framing.AS_IS, false, false);
        int length = output.length();
        output.clear();
        return length;
    }

    private int proxy(HeadParser parser, HeadWriter writer, Buffer output) {
        RequestHeaders headers = parse(parser);
        RequestTarget.apply(headers, parser.targetStart(), parser.targetEnd(), true);
        headers.remove(HeaderName.CONNECTION);
        headers.set(HeaderName.X_FORWARDED_PROTO, "http");
        headers.set(HeaderName.X_REQUEST_ID, "7c4c1f9e-8a5f-9b0c-8c0e-2f6b1d3a4e5f");
        headers.set(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, "15000");
        return write(writer, headers, output);
    }

    private static ResponseHeaders response() {
        ResponseHeaders response = ResponseHeaders.of(200);
        response.set(HeaderName.DATE, "Sat, 21 Nov 2026 03:00:00 GMT");
        response.set(HeaderName.SERVER, "envoy");
        response.set(HeaderName.CONTENT_TYPE, "text/plain");
        response.set(HeaderName.CONTENT_LENGTH, "130");
        return response;
    }

    private static int nettyParse(EmbeddedChannel channel) {
        ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(2048);
        channel.writeInbound(bytes.writeBytes(REQUEST));
        HttpRequest request = channel.readInbound();
        int count = request.headers().size();
        ReferenceCountUtil.release(channel.readInbound()); // the end of the request
        return count;
    }

    private static int nettyWrite(EmbeddedChannel channel) {
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set("date", "Sat, 21 Nov 2026 03:00:00 GMT")
                .set("server", "envoy")
                .set("content-type", "text/plain")
                .set("content-length", "0");
        channel.writeOutbound(response);
        int length = 0;
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            length += part.readableBytes();
            part.release();
        }
        return length;
    }

    private void measure(String name, IntSupplier operation) {
        double[] nanos = new double[ROUNDS];
        double bytes = 0;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < ROUNDS; round++) {
            long allocated = threads.getCurrentThreadAllocatedBytes();
            long cpu = threads.getCurrentThreadCpuTime(); // machines are shared
            long start = System.nanoTime();
            long count = 0;
            while (System.nanoTime() - start < ROUND_NANOS) {
                for (int index = 0; index < 1000; index++) {
                    sink += operation.getAsInt();
                }
                count += 1000;
            }
            nanos[round] = (double) (threads.getCurrentThreadCpuTime() - cpu) / count;
            bytes = (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / count;
        }
        Arrays.sort(nanos, 2, ROUNDS); // the first two are for warming up
        System.out.printf("%-40s %7.0f ns %7.0f B%n", name, nanos[2 + (ROUNDS - 2) / 2], bytes);
    }
}
