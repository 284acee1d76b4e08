package io.nuncio.distribution.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Whatever comes faster than it leaves is held back at its sender: heap and buffers of the proxy,
/// a process of its own, grow by no more than twice the buffer limit per stream from when it is
/// ready.
///
/// Under `-Psoak` the slow readers get a gigabyte, and a report is written.
class FlowIT {
    private static final int LIMIT = 1024 * 1024;
    private static final int STREAMS = 4;
    private static final long BYTES = FlowReport.MEGABYTES * 1024 * 1024;

    private static final int MANY_STREAMS = 1000;
    private static final int SMALL_LIMIT = 128 * 1024;
    private static final int SMALL_BYTES = 1024 * 1024;

    /// How often each slow reader stops until somebody has looked at the proxy's memory.
    private static final int LOOKS = 3;

    private static final FlowReport REPORT = new FlowReport();

    @TempDir Path folder;

    @AfterAll
    static void report() throws IOException {
        REPORT.write();
    }

    @ParameterizedTest
    @EnumSource
    void aSlowUpstreamHoldsTheRequestBack(FlowPair pair) throws Exception {
        try (var flow = new Flow(pair, folder, LIMIT, 0)) {
            flow.serve(exchange -> readSlowly(flow, exchange.in()));
            flow.memory().look();

            flow.inParallel(
                    STREAMS,
                    () -> {
                        FlowExchange exchange = flow.client().open(BYTES / STREAMS);
                        Flow.write(exchange.out(), BYTES / STREAMS);
                        return exchange.in().transferTo(OutputStream.nullOutputStream());
                    });

            assertWithin(flow, pair, "upstream", LIMIT, STREAMS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSlowClientHoldsTheResponseBack(FlowPair pair) throws Exception {
        try (var flow = new Flow(pair, folder, LIMIT, BYTES / STREAMS)) {
            flow.serve(exchange -> Flow.write(exchange.out(), BYTES / STREAMS));
            flow.memory().look();

            flow.inParallel(
                    STREAMS,
                    () -> {
                        readSlowly(flow, flow.client().open(0).in());
                        return null;
                    });

            assertWithin(flow, pair, "client", LIMIT, STREAMS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatStopsReadingStopsItsUpstream(FlowPair pair) throws Exception {
        var written = new AtomicLong();
        try (var flow = new Flow(pair, folder, LIMIT, BYTES)) {
            flow.serve(exchange -> writeLittleByLittle(exchange.out(), written));
            flow.memory().look();

            flow.inParallel(
                    STREAMS,
                    () -> {
                        readFully(flow.client().open(0).in(), 1);
                        return null;
                    });
            lookAtStandstill(flow, written);

            assertWithin(flow, pair, "client, stopped", LIMIT, STREAMS);
            assertThat(written.get()).isLessThan(STREAMS * BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUpstreamThatStopsReadingStopsItsClient(FlowPair pair) throws Exception {
        var written = new AtomicLong();
        try (var flow = new Flow(pair, folder, LIMIT, 0)) {
            flow.serve(exchange -> {
                readFully(exchange.in(), 1);
                flow.awaitClose();
            });
            flow.memory().look();

            List<Future<?>> clients =
                    flow.start(
                            STREAMS,
                            () -> {
                                writeLittleByLittle(flow.client().open(BYTES).out(), written);
                                return null;
                            });
            lookAtStandstill(flow, written);

            assertWithin(flow, pair, "upstream, stopped", LIMIT, STREAMS);
            assertThat(clients).noneMatch(Future::isDone);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThousandSlowClientsHoldTheirResponsesBack(FlowPair pair) throws Exception {
        var written = new AtomicLong();
        try (var flow = new Flow(pair, folder, SMALL_LIMIT, SMALL_BYTES)) {
            flow.serve(exchange -> {
                for (int i = 0; i < SMALL_BYTES; i += SMALL_LIMIT) {
                    Flow.write(exchange.out(), SMALL_LIMIT);
                    written.addAndGet(SMALL_LIMIT);
                }
            });
            flow.memory().look();
            var allHaveRead =
                    new CyclicBarrier(MANY_STREAMS, () -> lookAtStandstill(flow, written));

            flow.inParallel(
                    MANY_STREAMS,
                    () -> {
                        InputStream in = flow.client().open(0).in();
                        for (int i = 0; i < LOOKS; i++) {
                            readFully(in, SMALL_LIMIT);
                            allHaveRead.await();
                        }
                        return in.transferTo(OutputStream.nullOutputStream());
                    });

            assertWithin(flow, pair, "clients", SMALL_LIMIT, MANY_STREAMS);
        }
    }

    private static void assertWithin(
            Flow flow, FlowPair pair, String slow, int limit, int streams) {
        long peak = flow.memory().peak();
        REPORT.add(pair, slow, streams, limit, peak);
        assertThat(peak).isLessThan(2L * limit * streams);
    }

    private static void readSlowly(Flow flow, InputStream in) throws IOException {
        for (int i = 0; i < LOOKS; i++) {
            flow.memory().look();
            readFully(in, BYTES / STREAMS / LOOKS);
        }
        in.transferTo(OutputStream.nullOutputStream());
    }

    private static void readFully(InputStream in, long bytes) throws IOException {
        byte[] piece = new byte[64 * 1024];
        long left = bytes;
        while (left > 0) {
            int count = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (count < 0) {
                throw new EOFException(left + " bytes are missing");
            }
            left -= count;
        }
    }

    /// Small writes, so that the proxy reads pieces of all sizes.
    private static void writeLittleByLittle(OutputStream out, AtomicLong written)
            throws IOException {
        for (long left = BYTES; left > 0; left -= 1024) {
            Flow.write(out, 1024);
            written.addAndGet(1024);
        }
    }

    /// Looks at the memory until nothing was written between two looks.
    private static void lookAtStandstill(Flow flow, AtomicLong written) {
        try {
            long before = -1;
            while (before != written.get()) {
                before = written.get();
                flow.memory().look();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
