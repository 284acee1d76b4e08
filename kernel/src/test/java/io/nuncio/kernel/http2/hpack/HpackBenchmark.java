package io.nuncio.kernel.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.RequestHeaders;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;

/// What a block of 8 usual fields costs, the path and the request id of which are new each time: on
/// a connection that has seen the others, and on a new one; beside Netty's implementation. Run by
/// name, the best of several rounds counts: `mvn -pl kernel -am test -Dtest=HpackBenchmark
/// -Dsurefire.failIfNoSpecifiedTests=false`.
///
/// It would worry us if decoding or encoding a block took more than 500 ns, or allocated anything
/// besides the map.
class HpackBenchmark {
    private static final int BLOCKS = 1024;
    private static final int MAX = 60 * 1024;
    private static final int ROUNDS = 10;
    private static final long ROUND_NANOS = 400_000_000L;

    private final List<HeaderMap> fields = new ArrayList<>();
    private final List<Http2Headers> nettyFields = new ArrayList<>();
    private final RequestHeaders target = new RequestHeaders(1024);
    private final HeaderBlock block = new HeaderBlock();
    private final ByteBuf nettyBlock = Unpooled.buffer(1024);
    private int next;
    private long sink;

    @Test
    void report() {
        var random = new Random(1);
        for (int index = 0; index < BLOCKS; index++) {
            String[] lines = {
                ":method: GET",
                ":scheme: https",
                ":authority: www.example.com:8080",
                ":path: /index.html?a=" + random.nextInt(1000),
                "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101"
                        + " Firefox/128.0",
                "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "accept-encoding: gzip, deflate",
                "x-request-id: " + new UUID(random.nextLong(), random.nextLong())
            };
            fields.add(Blocks.add(new RequestHeaders(1024), lines));
            nettyFields.add(nettyHeaders(lines));
        }
        var encoder = new HpackEncoder(4096);
        var nettyEncoder = nettyEncoder();
        var blocks = new ArrayList<byte[]>();
        var nettyBlocks = new ArrayList<byte[]>();
        int length = 0;
        int nettyLength = 0;
        for (int index = 0; index < BLOCKS; index++) {
            blocks.add(Blocks.encode(encoder, fields.get(index)));
            nettyEncode(nettyEncoder, nettyFields.get(index));
            nettyBlocks.add(Arrays.copyOf(nettyBlock.array(), nettyBlock.readableBytes()));
            length += blocks.getLast().length;
            nettyLength += nettyBlocks.getLast().length;
        }
        byte[] first = blocks.getFirst();
        byte[] nettyFirst = nettyBlocks.getFirst();
        System.out.printf(
                "bytes: first %d, later %d; Netty: %d, %d%n",
                first.length, length / BLOCKS, nettyFirst.length, nettyLength / BLOCKS);

        measure("encode", () -> encode(encoder, fields.get(following())));
        measure("Netty: encode", () -> nettyEncode(nettyEncoder, nettyFields.get(following())));
        measure("encode the first", () -> encode(new HpackEncoder(4096), fields.getFirst()));
        measure(
                "Netty: encode the first",
                () -> nettyEncode(nettyEncoder(), nettyFields.getFirst()));

        next = 0;
        var decoder = new AtomicReference<>(new HpackDecoder(MAX, 100));
        measure(
                "decode",
                () -> {
                    int index = following();
                    if (index == 0) {
                        decoder.set(new HpackDecoder(MAX, 100));
                    }
                    return decode(decoder.get(), blocks.get(index));
                });
        next = 0;
        var nettyDecoder = new AtomicReference<>(new DefaultHttp2HeadersDecoder(false, MAX));
        measure(
                "Netty: decode",
                () -> {
                    int index = following();
                    if (index == 0) {
                        nettyDecoder.set(new DefaultHttp2HeadersDecoder(false, MAX));
                    }
                    return nettyDecode(nettyDecoder.get(), nettyBlocks.get(index));
                });
        measure("decode the first", () -> decode(new HpackDecoder(MAX, 100), first));
        measure(
                "Netty: decode the first",
                () -> nettyDecode(new DefaultHttp2HeadersDecoder(false, MAX), nettyFirst));
        assertThat(sink).isNotZero();
    }

    private static Http2Headers nettyHeaders(String[] lines) {
        var headers = new DefaultHttp2Headers(false);
        for (String line : lines) {
            int colon = line.indexOf(':', 1);
            headers.add(
                    new AsciiString(line.substring(0, colon)),
                    new AsciiString(line.substring(colon + 2)));
        }
        return headers;
    }

    private int following() {
        int index = next;
        next = (next + 1) % BLOCKS;
        return index;
    }

    private int encode(HpackEncoder encoder, HeaderMap headers) {
        encoder.start(block);
        for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
            encoder.add(block, headers, entry);
        }
        return block.length();
    }

    private int decode(HpackDecoder decoder, byte[] bytes) {
        target.clear();
        decoder.start(bytes, 0, bytes.length, target);
        while (decoder.next()) {
            if (decoder.flawless()) {
                decoder.keep();
            }
        }
        if (decoder.error() != null) {
            throw new AssertionError(decoder.error());
        }
        return target.size();
    }

    private static DefaultHttp2HeadersEncoder nettyEncoder() {
        return new DefaultHttp2HeadersEncoder(
                DefaultHttp2HeadersEncoder.NEVER_SENSITIVE, true, 64, 0);
    }

    private int nettyEncode(DefaultHttp2HeadersEncoder encoder, Http2Headers headers) {
        nettyBlock.clear();
        try {
            encoder.encodeHeaders(1, headers, nettyBlock);
        } catch (Http2Exception failure) {
            throw new AssertionError(failure);
        }
        return nettyBlock.readableBytes();
    }

    private static int nettyDecode(DefaultHttp2HeadersDecoder decoder, byte[] bytes) {
        try {
            return decoder.decodeHeaders(1, Unpooled.wrappedBuffer(bytes)).size();
        } catch (Http2Exception failure) {
            throw new AssertionError(failure);
        }
    }

    private void measure(String name, IntSupplier operation) {
        double nanos = Double.MAX_VALUE;
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
            nanos = Math.min(nanos, (double) (threads.getCurrentThreadCpuTime() - cpu) / count);
            bytes = (double) (threads.getCurrentThreadAllocatedBytes() - allocated) / count;
        }
        System.out.printf("%-40s %7.0f ns %7.0f B%n", name, nanos, bytes);
    }
}
