package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.nuncio.spi.internal.Slices;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

class BufferTest {
    private final Buffer buffer = new Buffer();

    @Test
    void aNewBufferIsEmpty() {
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(buffer.length()).isZero();
        assertThat(buffer.toString(UTF_8)).isEmpty();
        assertThat(buffer.indexOf((byte) 'a', 0)).isEqualTo(-1);
    }

    @Test
    void bytesComeOutInOrder() {
        buffer.append("hello ");
        buffer.append(" wor_".getBytes(UTF_8), 1, 3);
        buffer.append("ld");
        buffer.prepend(">".getBytes(UTF_8));
        assertThat(buffer.toString(UTF_8)).isEqualTo(">hello world");
        assertThat(buffer.toString(UTF_8, 3)).isEqualTo(">he");
        buffer.drain(7);
        assertThat(buffer.toString(UTF_8)).isEqualTo("world");
        assertThat(buffer.getByte(0)).isEqualTo((byte) 'w');
    }

    @Test
    void aTakenSliceIsNotCopiedAndFreedAtTheEnd() {
        ByteBuf slice = slice("x".repeat(1000));
        Slices.of(buffer).take(slice);
        assertThat(Slices.of(buffer).get(0)).isSameAs(slice);
        buffer.drain(999);
        assertThat(slice.refCnt()).isEqualTo(1);
        buffer.drain(1);
        assertThat(slice.refCnt()).isZero();
    }

    @Test
    void movingMovesOwnership() {
        ByteBuf slice = slice("x".repeat(1000));
        Slices.of(buffer).take(slice);
        var other = new Buffer();
        buffer.moveTo(other);
        assertThat(buffer.isEmpty()).isTrue();
        assertThat(other.length()).isEqualTo(1000);
        assertThat(slice.refCnt()).isEqualTo(1);
        other.clear();
        assertThat(slice.refCnt()).isZero();
    }

    @Test
    void aPartMovesToo() {
        ByteBuf slice = slice("a".repeat(1000) + "b".repeat(1000));
        Slices.of(buffer).take(slice);
        var other = Buffer.copyOf("head");
        buffer.moveTo(other, 1000);
        assertThat(buffer.toString(UTF_8)).isEqualTo("b".repeat(1000));
        assertThat(other.toString(UTF_8)).isEqualTo("head" + "a".repeat(1000));
        buffer.clear();
        other.clear();
        assertThat(slice.refCnt()).isZero();
    }

    @Test
    void smallPiecesShareAChunk() {
        for (int index = 0; index < 100; index++) {
            buffer.append("ab");
        }
        assertThat(Slices.of(buffer).count()).isEqualTo(1);
        assertThat(buffer.length()).isEqualTo(200);
    }

    @Test
    void smallSlicesAreCopiedIntoTheRoomAtTheEnd() {
        Slices.of(buffer).writable(500).writeBytes("head ".getBytes(UTF_8));
        Slices.of(buffer).wrote(5);
        Slices.of(buffer).take(slice("tail"));
        assertThat(Slices.of(buffer).count()).isEqualTo(1);
        assertThat(buffer.toString(UTF_8)).isEqualTo("head tail");
        buffer.clear();
    }

    @Test
    void aSliceThatFillsItsMemoryBadlyIsCopiedIntoTheRoomAtTheEnd() {
        Slices slices = Slices.of(buffer);
        slices.take(slice(64 * 1024, 20_000));
        slices.take(slice(64 * 1024, 20_000));
        assertThat(slices.count()).isEqualTo(1);

        slices.take(slice(64 * 1024, 40_000));
        assertThat(slices.count()).isEqualTo(2);
        assertThat(buffer.length()).isEqualTo(80_000);
        buffer.clear();
    }

    @Test
    void aQueueThatWaitsGivesBackMemoryThatItDoesNotFill() {
        Slices slices = Slices.of(buffer);
        slices.take(slice(64 * 1024, 40_000));
        slices.take(slice(64 * 1024, 60_000));
        slices.take(slice(64 * 1024, 40_000));
        ByteBuf full = slices.get(1);
        byte[] before = buffer.toByteArray();

        slices.tighten();

        assertThat(slices.get(0).capacity()).isEqualTo(40_000);
        assertThat(slices.get(1)).isSameAs(full);
        assertThat(slices.get(2).capacity()).isEqualTo(40_000);
        assertThat(buffer.toByteArray()).isEqualTo(before);
        buffer.clear();
    }

    @Test
    void aQueueThatWaitsDoesNotKeepMemoryThatOthersShare() {
        var read = new Buffer();
        Slices.of(read).take(slice(64 * 1024, 60_000));
        Slices slices = Slices.of(buffer);
        slices.take(Slices.of(read), 16_384);

        slices.tighten();

        ByteBuf piece = slices.get(0);
        assertThat(piece.unwrap() == null ? piece.capacity() : piece.unwrap().capacity())
                .isLessThan(20_000);
        assertThat(buffer.length()).isEqualTo(16_384);
        buffer.clear();
        read.clear();
    }

    @Test
    void aSharedSliceIsNotWrittenTo() {
        ByteBuf slice = slice("shared");
        slice.retain();
        Slices.of(buffer).take(slice);
        buffer.append("more");
        assertThat(slice.toString(UTF_8)).isEqualTo("shared");
        buffer.clear();
        slice.release();
    }

    @Test
    void aNeedleIsFoundAcrossSlices() {
        for (String piece : "GET / HTTP/1.1\r\n\r\nbody".split("")) {
            Slices.of(buffer).putFirst(slice(""));
            Slices.of(buffer).take(readOnly(piece));
        }
        assertThat(buffer.indexOf("\r\n\r\n".getBytes(UTF_8), 0)).isEqualTo(14);
        assertThat(buffer.indexOf("\r\n\r\n".getBytes(UTF_8), 15)).isEqualTo(-1);
        assertThat(buffer.indexOf((byte) 'b', 0)).isEqualTo(18);
        assertThat(buffer.startsWith("GET /".getBytes(UTF_8))).isTrue();
        assertThat(buffer.startsWith("GET x".getBytes(UTF_8))).isFalse();
        buffer.clear();
    }

    @Test
    void theStreamReadsWithoutConsuming() throws IOException {
        buffer.append("abc");
        Slices.of(buffer).take(readOnly("def"));
        assertThat(buffer.asInputStream().readAllBytes()).isEqualTo("abcdef".getBytes(UTF_8));
        var stream = buffer.asInputStream();
        assertThat(stream.skip(4)).isEqualTo(4);
        assertThat(stream.available()).isEqualTo(2);
        assertThat(stream.read()).isEqualTo('e');
        assertThat(buffer.length()).isEqualTo(6);
        buffer.clear();
    }

    @Test
    void aBufferCanBeAppendedToItself() {
        buffer.append("ab");
        buffer.appendCopyOf(buffer);
        assertThat(buffer.toString(UTF_8)).isEqualTo("abab");
        assertThatThrownBy(() -> buffer.moveTo(buffer))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCopyLeavesTheSourceAsItIs() {
        ByteBuf large = ByteBufAllocator.DEFAULT.buffer(4096);
        large.writeBytes("x".repeat(4000).getBytes(UTF_8));
        Slices.of(buffer).take(large);
        buffer.append("small");
        var copy = new Buffer();
        copy.append("a");
        copy.appendCopyOf(buffer);
        buffer.drain(10);
        buffer.append("!");
        copy.append("?");
        assertThat(copy.toString(UTF_8)).isEqualTo("a" + "x".repeat(4000) + "small?");
        assertThat(buffer.toString(UTF_8)).isEqualTo("x".repeat(3990) + "small!");
        buffer.clear();
        assertThat(large.refCnt()).as("the copy keeps what it shares").isEqualTo(1);
        copy.clear();
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void whatIsOutsideIsRefused() {
        buffer.append("ab");
        assertThatThrownBy(() -> buffer.drain(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.getByte(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.moveTo(new Buffer(), 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.copyTo(0, new byte[1], 0, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.length()).isEqualTo(2);
    }

    @Test
    void buffersCompareByTheirBytes() {
        buffer.append("a");
        Slices.of(buffer).take(readOnly("b"));
        assertThat(buffer).isEqualTo(Buffer.copyOf("ab")).hasSameHashCodeAs(Buffer.copyOf("ab"));
        assertThat(buffer).isNotEqualTo(Buffer.copyOf("ac"));
        assertThat(buffer).hasToString("2 bytes: ab");
        buffer.clear();
    }

    @Test
    void aBufferDoesWhatAnArrayDoes() {
        for (int seed = 0; seed < 300; seed++) {
            compare(new Random(seed), "seed " + seed);
        }
    }

    private void compare(Random random, String label) {
        Buffer[] buffers = {new Buffer(), new Buffer()};
        byte[][] models = {{}, {}};
        for (int step = 0; step < 200; step++) {
            int which = random.nextInt(2);
            Buffer mine = buffers[which];
            byte[] model = models[which];
            byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 10 : 1500)];
            random.nextBytes(bytes);
            int count = random.nextInt(model.length + 1);
            switch (random.nextInt(8)) {
                case 0 -> {
                    mine.append(bytes);
                    models[which] = join(model, bytes);
                }
                case 1 -> {
                    Slices.of(mine).take(ByteBufAllocator.DEFAULT.ioBuffer().writeBytes(bytes));
                    models[which] = join(model, bytes);
                }
                case 2 -> {
                    Slices.of(mine).writable(bytes.length).writeBytes(bytes);
                    Slices.of(mine).wrote(bytes.length);
                    models[which] = join(model, bytes);
                }
                case 3 -> {
                    mine.prepend(bytes);
                    models[which] = join(bytes, model);
                }
                case 4 -> {
                    mine.drain(count);
                    models[which] = Arrays.copyOfRange(model, count, model.length);
                }
                case 5 -> {
                    mine.moveTo(buffers[1 - which], count);
                    models[1 - which] = join(models[1 - which], Arrays.copyOf(model, count));
                    models[which] = Arrays.copyOfRange(model, count, model.length);
                }
                case 6 -> {
                    mine.moveTo(buffers[1 - which]);
                    models[1 - which] = join(models[1 - which], model);
                    models[which] = new byte[0];
                }
                default -> {
                    byte wanted = (byte) random.nextInt(256);
                    String text = new String(model, ISO_8859_1);
                    assertThat(mine.indexOf(wanted, count))
                            .isEqualTo(text.indexOf(wanted & 0xff, count));
                }
            }
            for (int index = 0; index < 2; index++) {
                assertThat(buffers[index].toByteArray())
                        .as(label + " step " + step)
                        .isEqualTo(models[index]);
            }
        }
        buffers[0].clear();
        buffers[1].clear();
    }

    private static byte[] join(byte[] front, byte[] back) {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(front);
        bytes.writeBytes(back);
        return bytes.toByteArray();
    }

    private static ByteBuf slice(String text) {
        return ByteBufAllocator.DEFAULT.ioBuffer().writeBytes(text.getBytes(UTF_8));
    }

    private static ByteBuf slice(int capacity, int readable) {
        return Unpooled.buffer(capacity).writeBytes(new byte[readable]);
    }

    private static ByteBuf readOnly(String text) {
        return slice(text).asReadOnly();
    }
}
