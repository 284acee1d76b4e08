package io.nuncio.spi.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.host.ClientHelloReader.Progress;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

class ClientHelloReaderTest {
    private static final int LARGEST_HELLO = 16 * 1024;
    private static final int MOST_FROM_ONE_RECORD = 16 * 1024 + 256 + 64;

    /// What the JDK says first, in one record.
    private static byte[] record() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("a.example", 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setSignatureSchemes(
                new String[] {"ecdsa_secp384r1_sha384", "rsa_pss_rsae_sha256"});
        parameters.setNamedGroups(new String[] {"secp256r1", "x25519"});
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void check(@Nullable ClientHello hello) {
        assertThat(hello).isNotNull();
        assertThat(hello.version()).isEqualTo(0x0303);
        assertThat(hello.extension(ClientHello.SUPPORTED_VERSIONS)).isNotNull();
        assertThat(hello.extension(ClientHello.STATUS_REQUEST)).isNotNull();
        assertThat(list(hello, ClientHello.SIGNATURE_ALGORITHMS)).containsExactly(0x0503, 0x0804);
        assertThat(list(hello, ClientHello.SUPPORTED_GROUPS)).containsExactly(23, 29);
        assertThat(numbers(hello.cipherSuites())).contains(0xc02b, 0x1301);
        assertThat(hello.serverName()).isEqualTo("a.example");
        assertThat(hello.applicationProtocols()).containsExactly("h2", "http/1.1");
        assertThat(hello.acceptable()).isTrue();
    }

    private static List<Integer> list(ClientHello hello, int type) {
        ByteSpan data = hello.extension(type);
        assertThat(data).isNotNull();
        return numbers(data.prefixed16());
    }

    private static List<Integer> numbers(ByteSpan span) {
        List<Integer> all = new ArrayList<>();
        while (span.hasU16()) {
            all.add(span.u16());
        }
        return all;
    }

    @Test
    void aHelloThatComesAtOnceIsRead() throws Exception {
        ClientHelloReader reader = new ClientHelloReader();
        byte[] record = record();

        assertThat(reader.read(Buffer.copyOf(record))).isEqualTo(Progress.HELLO);
        check(reader.hello());
        assertThat(reader.consumed()).isEqualTo(record.length);
    }

    @Test
    void aHelloThatIsCutAnywhereIsReadWhetherItsBytesStayOrGo() throws Exception {
        byte[] record = record();
        for (int cut = 1; cut < record.length; cut++) {
            Buffer wire = Buffer.copyOf(Arrays.copyOf(record, cut));
            ClientHelloReader staying = new ClientHelloReader();
            ClientHelloReader going = new ClientHelloReader();
            assertThat(staying.read(wire)).isEqualTo(Progress.MORE);
            assertThat(going.read(wire)).isEqualTo(Progress.MORE);
            assertThat(staying.hello()).isNull();

            byte[] rest = Arrays.copyOfRange(record, cut, record.length);
            wire.append(rest);
            assertThat(staying.read(wire)).isEqualTo(Progress.HELLO);
            check(staying.hello());

            going.taken(cut);
            assertThat(going.read(Buffer.copyOf(rest))).isEqualTo(Progress.HELLO);
            check(going.hello());
            assertThat(going.consumed()).isEqualTo(record.length);
        }
    }

    @Test
    void aHelloOfManyRecordsIsRead() throws Exception {
        byte[] record = record();
        ClientHelloReader reader = new ClientHelloReader();
        for (int at = 5; at < record.length; at += 7) {
            int length = Math.min(7, record.length - at);
            byte[] part = new byte[5 + length];
            System.arraycopy(record, 0, part, 0, 3);
            part[4] = (byte) length;
            System.arraycopy(record, at, part, 5, length);
            reader.read(Buffer.copyOf(part));
            reader.taken(part.length);
        }
        check(reader.hello());
    }

    @Test
    void afterTheHelloNothingIsReadAnyMore() throws Exception {
        Buffer wire = Buffer.copyOf(record());
        ClientHelloReader reader = new ClientHelloReader();
        reader.read(wire);
        int consumed = reader.consumed();
        reader.taken(wire.length());

        assertThat(reader.read(Buffer.copyOf("GET / HTTP/1.1\r\n"))).isEqualTo(Progress.HELLO);
        assertThat(reader.consumed()).isEqualTo(consumed);
        check(reader.hello());
    }

    @Test
    void whatIsNoHelloIsGivenUp() throws Exception {
        byte[] otherKind = record();
        otherKind[0] = 23;
        byte[] large = record();
        large[6] = 1; // a message of more than 64 KiB
        byte[] broken = record();
        broken[5 + 4 + 2 + 32] = (byte) 0xff; // the length of the session's name
        byte[] http = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (byte[] bytes : List.of(otherKind, large, broken, http)) {
            ClientHelloReader reader = new ClientHelloReader();
            assertThat(reader.read(Buffer.copyOf(bytes))).isEqualTo(Progress.NO_HELLO);
            assertThat(reader.hello()).isNull();
        }
    }

    @Test
    void noMoreThanTheLargestHelloAndOneRecordIsLookedAt() {
        for (int size : List.of(1, 100, 5000, 16 * 1024)) {
            ClientHelloReader reader = new ClientHelloReader();
            ByteArrayOutputStream first = new ByteArrayOutputStream();
            first.writeBytes(new byte[] {22, 3, 1, 0, 4, 1, 0, (byte) (LARGEST_HELLO >> 8), 0});
            int records = LARGEST_HELLO / size + 2;
            Progress progress = reader.read(Buffer.copyOf(first.toByteArray()));
            reader.taken(first.size());
            byte[] part = new byte[5 + size];
            part[0] = 22;
            part[1] = 3;
            part[3] = (byte) (size >> 8);
            part[4] = (byte) size;
            for (int count = 0; count < records; count++) {
                progress = reader.read(Buffer.copyOf(part));
                reader.taken(part.length);
            }
            assertThat(progress).isEqualTo(Progress.NO_HELLO); // zeros have no structure
            assertThat(reader.consumed())
                    .isLessThanOrEqualTo((LARGEST_HELLO / size + 2) * part.length);
        }
    }

    @Test
    void arbitraryBytesNeverThrowAndTheCutsDoNotMatter() throws Exception {
        Random random = new Random(20260102);
        byte[] record = record();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = arbitrary(random, record);
            ClientHelloReader whole = new ClientHelloReader();
            Progress atOnce = whole.read(Buffer.copyOf(bytes));
            assertThat(whole.consumed())
                    .isLessThanOrEqualTo(Math.min(bytes.length, 2 * MOST_FROM_ONE_RECORD));
            askForAll(whole.hello());

            ClientHelloReader cut = new ClientHelloReader();
            Progress inPieces = Progress.MORE;
            for (int at = 0; at < bytes.length; ) {
                int next = Math.min(bytes.length, at + 1 + random.nextInt(100));
                inPieces = cut.read(Buffer.copyOf(Arrays.copyOfRange(bytes, at, next)));
                cut.taken(next - at);
                at = next;
            }
            assertThat(inPieces).isEqualTo(atOnce);
            assertThat(cut.consumed()).isEqualTo(whole.consumed());
        }
    }

    /// A hello with a few other bytes, or bytes that only begin like one.
    private static byte[] arbitrary(Random random, byte[] record) {
        if (random.nextInt(4) == 0) {
            byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 64 : 600)];
            random.nextBytes(bytes);
            byte[] begin = random.nextBoolean() ? new byte[] {22, 3, 1, 0} : new byte[] {-128, 60};
            System.arraycopy(begin, 0, bytes, 0, Math.min(begin.length, bytes.length));
            return bytes;
        }
        byte[] changed = Arrays.copyOf(record, record.length - random.nextInt(2));
        for (int change = random.nextInt(5); change >= 0; change--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private static void askForAll(@Nullable ClientHello hello) {
        if (hello == null) {
            return;
        }
        assertThat(hello.serverName()).isNotNull();
        assertThat(hello.applicationProtocols()).isNotNull();
        assertThat(hello.cipherSuites().length()).isPositive();
        for (int type = 0; type < 60; type++) {
            ByteSpan data = hello.extension(type);
            assertThat(data == null || data.length() >= 0).isTrue();
        }
        assertThat(hello.acceptable() || hello.version() >= 0).isTrue();
    }
}
