import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A load with a fixed rate: `java FixedRate.java PORT PATH CONNECTIONS RATE WARM_SECONDS SECONDS`.
///
/// A request is due at its time whether earlier ones are answered or not, and its latency counts
/// from then; so a proxy that stalls pays for all that waited. One thread, which allocates nothing
/// per request.
public final class FixedRate {
    /// Waiting for answers beyond the end of the schedule.
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final Selector selector;
    private final Consumer<SelectionKey> reader = this::onReadable;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final long intervalNanos;
    private final int first;
    private final int total;
    private final int[] latencyMicros;
    private final int[] lateMicros;
    private int answered;
    private int recorded;
    private int sent;
    private int failed;

    private FixedRate(Selector selector, int rate, int warmSeconds, int seconds) {
        this.selector = selector;
        this.intervalNanos = 1_000_000_000L / rate;
        this.first = Math.multiplyExact(rate, warmSeconds);
        this.total = Math.multiplyExact(rate, warmSeconds + seconds);
        this.latencyMicros = new int[total - first];
        this.lateMicros = new int[total - first];
    }

    public static void main(String[] arguments) throws IOException {
        System.out.print(
                run(
                        Integer.parseInt(arguments[0]),
                        arguments[1],
                        Integer.parseInt(arguments[2]),
                        Integer.parseInt(arguments[3]),
                        Integer.parseInt(arguments[4]),
                        Integer.parseInt(arguments[5])));
    }

    static String run(
            int port, String path, int connections, int rate, int warmSeconds, int seconds)
            throws IOException {
        try (Selector selector = Selector.open()) {
            var load = new FixedRate(selector, rate, warmSeconds, seconds);
            byte[] request =
                    ("GET " + path + " HTTP/1.1\r\nhost: 127.0.0.1:" + port + "\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < connections; i++) {
                load.idle.add(new Connection(selector, port, request));
            }
            long nanos = load.run();
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            return load.summary(nanos);
        }
    }

    /// @return how long the part that counts took
    private long run() throws IOException {
        long start = System.nanoTime();
        long end = start + total * intervalNanos + PATIENCE_NANOS;
        while (answered + failed < total && System.nanoTime() < end) {
            long now = System.nanoTime();
            while (sent < total && !idle.isEmpty() && start + sent * intervalNanos <= now) {
                // The least recently used, so that all carry their share.
                send(idle.removeFirst(), start + sent * intervalNanos, now);
                sent++;
            }
            long wait = start + sent * intervalNanos - System.nanoTime();
            if (wait > 0 && sent < total) {
                LockSupport.parkNanos(wait);
                selector.selectNow(reader);
            } else {
                selector.select(reader, 1);
            }
        }
        return System.nanoTime() - (start + first * intervalNanos);
    }

    private void send(Connection connection, long dueNanos, long now) {
        try {
            connection.send(sent, dueNanos, now);
        } catch (IOException e) {
            failed++;
        }
    }

    private void onReadable(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (!connection.read()) {
                return;
            }
        } catch (IOException e) {
            failed++;
            key.cancel();
            return;
        }
        answered++;
        idle.addLast(connection);
        int index = connection.index - first;
        if (index >= 0) {
            latencyMicros[recorded] = (int) ((System.nanoTime() - connection.dueNanos) / 1000);
            lateMicros[recorded] = (int) ((connection.sentNanos - connection.dueNanos) / 1000);
            recorded++;
        }
    }

    private String summary(long nanos) {
        int[] latency = Arrays.copyOf(latencyMicros, recorded);
        int[] late = Arrays.copyOf(lateMicros, recorded);
        Arrays.sort(latency);
        Arrays.sort(late);
        var text = new StringBuilder();
        text.append("completed ").append(answered);
        text.append(" rate ").append(recorded * 1_000_000_000L / Math.max(nanos, 1));
        text.append(" p50 ").append(percentile(latency, 50));
        text.append(" p99 ").append(percentile(latency, 99));
        text.append(" late ").append(percentile(late, 99)).append('\n');
        if (answered < total) {
            text.append("trouble: ").append(total - answered).append(" without an answer\n");
        }
        return text.toString();
    }

    private static int percentile(int[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1L) * percent / 100)];
    }

    /// One connection with at most one request on its way.
    private static final class Connection {
        private static final byte[] LENGTH =
                "\r\ncontent-length:".getBytes(StandardCharsets.ISO_8859_1);

        private final SocketChannel channel;
        private final ByteBuffer request;
        private final ByteBuffer head = ByteBuffer.allocateDirect(16 * 1024);
        private long bodyLeft = -1;
        private int index;
        private long dueNanos;
        private long sentNanos;

        Connection(Selector selector, int port, byte[] request) throws IOException {
            this.channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
            this.request = ByteBuffer.allocateDirect(request.length).put(request).flip();
        }

        void send(int index, long dueNanos, long sentNanos) throws IOException {
            this.index = index;
            this.dueNanos = dueNanos;
            this.sentNanos = sentNanos;
            request.rewind();
            while (request.hasRemaining()) {
                channel.write(request);
            }
        }

        /// True when the answer is complete.
        boolean read() throws IOException {
            int count = channel.read(head);
            if (count < 0) {
                throw new IOException("closed");
            }
            if (bodyLeft < 0) {
                int end = headEnd();
                if (end < 0) {
                    if (!head.hasRemaining()) {
                        throw new IOException("a head of more than 16 KB");
                    }
                    return false;
                }
                check();
                bodyLeft = contentLength(end) - (head.position() - end);
            } else {
                bodyLeft -= count;
            }
            head.clear();
            if (bodyLeft < 0) {
                throw new IOException("more than the announced content-length");
            }
            boolean complete = bodyLeft == 0;
            if (complete) {
                bodyLeft = -1;
            }
            return complete;
        }

        private int headEnd() {
            for (int i = 3; i < head.position(); i++) {
                if (head.get(i) == '\n' && head.get(i - 2) == '\n') {
                    return i + 1;
                }
            }
            return -1;
        }

        private void check() throws IOException {
            // "HTTP/1.1 2xx"
            if (head.get(9) != '2') {
                throw new IOException("not a status of 2xx");
            }
        }

        private long contentLength(int end) throws IOException {
            for (int i = 0; i < end - LENGTH.length; i++) {
                int matched = 0;
                while (matched < LENGTH.length && same(head.get(i + matched), LENGTH[matched])) {
                    matched++;
                }
                if (matched == LENGTH.length) {
                    return number(i + matched);
                }
            }
            throw new IOException("no content-length");
        }

        private static boolean same(byte found, byte wanted) {
            return found == wanted || (found >= 'A' && found <= 'Z' && found + 32 == wanted);
        }

        private long number(int from) {
            long value = 0;
            for (int i = from; head.get(i) != '\r'; i++) {
                if (head.get(i) != ' ') {
                    value = value * 10 + head.get(i) - '0';
                }
            }
            return value;
        }
    }
}
