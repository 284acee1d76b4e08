package io.nuncio.kernel.http2;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/// Conversations of a client, or a server, that are right at first and then not: frames that mostly
/// make sense, with some of them changed, doubled, cut off or made up. The same seed gives the same
/// bytes.
final class FrameGenerator {
    private final Random random;
    private final boolean client;
    private int nextStream = 1;

    FrameGenerator(long seed, boolean client) {
        this.random = new Random(seed);
        this.client = client;
    }

    byte[] next() {
        var conversation = new ByteArrayOutputStream();
        if (client) {
            conversation.writeBytes(Frames.preface());
        }
        conversation.writeBytes(Frames.settings(4, 1 << random.nextInt(20), 3, random.nextInt(50)));
        int count = random.nextInt(40);
        int wrongness = random.nextInt(4);
        for (int index = 0; index < count; index++) {
            byte[] frame = frame();
            if (wrongness > 0 && random.nextInt(12) < wrongness) {
                frame = broken(frame);
            }
            conversation.writeBytes(frame);
        }
        byte[] all = conversation.toByteArray();
        if (random.nextInt(10) == 0 && all.length > 0) {
            all[random.nextInt(all.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return all;
    }

    /// Where to cut so many bytes, in order.
    int[] cuts(int length) {
        return random.ints(random.nextInt(10), 0, length + 1).sorted().toArray();
    }

    private byte[] frame() {
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> head();
            case 4, 5, 6, 7 -> Frames.data(known(), "x".repeat(size()), random.nextInt(3) == 0);
            case 8 -> Frames.windowUpdate(random.nextBoolean() ? 0 : known(), number());
            case 9 -> Frames.reset(known(), random.nextInt(14));
            case 10 -> Frames.ping(random.nextLong());
            case 11 -> Frames.settings(random.nextInt(10), number());
            case 12 -> Frames.headers(known(), true, "trailer: x");
            case 13 -> Frames.priority(known(), random.nextInt(9));
            case 14 -> Frames.goAway(random.nextInt(50), random.nextInt(3));
            default ->
                    Frames.frame(
                            random.nextInt(20), random.nextInt(256), known(), bytes(size() % 300));
        };
    }

    private byte[] head() {
        int stream = client ? nextStream : known();
        nextStream += client ? 2 : 0;
        boolean end = random.nextBoolean();
        String[] fields =
                client
                        ? Frames.request(end ? "GET" : "POST")
                        : new String[] {":status: " + (random.nextInt(5) == 0 ? 103 : 200)};
        if (random.nextInt(6) == 0) {
            fields = Frames.with(fields, "content-length: " + random.nextInt(30));
        }
        if (random.nextInt(4) == 0) {
            fields = Frames.with(fields, "cookie: a=b", "x: " + "y".repeat(size()));
        }
        if (random.nextInt(5) > 0) {
            return Frames.headers(stream, end, fields);
        }
        byte[] block = Frames.block(fields);
        int cut = random.nextInt(block.length);
        return Frames.join(
                Frames.frame(
                        Frames.HEADERS,
                        end ? Frames.END_STREAM : 0,
                        stream,
                        Arrays.copyOf(block, cut)),
                Frames.frame(
                        Frames.CONTINUATION,
                        Frames.END_HEADERS,
                        stream,
                        Arrays.copyOfRange(block, cut, block.length)));
    }

    private int known() {
        return 1 + 2 * random.nextInt(Math.max(4, nextStream / 2));
    }

    private int size() {
        return random.nextInt(8) == 0 ? random.nextInt(16_000) : random.nextInt(40);
    }

    private int number() {
        return random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(100_000);
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] broken(byte[] frame) {
        return switch (random.nextInt(6)) {
            case 0 -> Frames.join(frame, frame);
            case 1 -> Arrays.copyOf(frame, random.nextInt(frame.length));
            case 2 -> bytes(random.nextInt(30));
            case 3 -> {
                frame[random.nextInt(Math.min(9, frame.length))] = (byte) random.nextInt();
                yield frame;
            }
            default -> {
                frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
                yield frame;
            }
        };
    }
}
