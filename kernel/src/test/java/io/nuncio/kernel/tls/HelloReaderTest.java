package io.nuncio.kernel.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.internal.Slices;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

class HelloReaderTest {
    /// What the JDK says first, in one record.
    private static byte[] record() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("a.example", 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setSignatureSchemes(
                new String[] {"ecdsa_secp384r1_sha384", "rsa_pss_rsae_sha256"});
        parameters.setNamedGroups(new String[] {"secp256r1", "x25519"});
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static Slices slices(byte[] bytes) {
        Slices slices = Slices.of(new Buffer());
        slices.take(Unpooled.copiedBuffer(bytes));
        return slices;
    }

    private static void check(ClientHello hello) {
        assertThat(hello.version()).isEqualTo(ClientHello.TLS_1_2);
        assertThat(hello.extendedVersions()).isTrue();
        assertThat(hello.signatureAlgorithms()).isEqualTo(List.of(0x0503, 0x0804));
        assertThat(hello.groups()).isEqualTo(List.of(23, 29));
        assertThat(hello.cipherSuites()).contains(0xc02b, 0x1301);
        assertThat(hello.ocsp()).isTrue();
    }

    @Test
    void aHelloThatComesAtOnceIsRead() throws Exception {
        HelloReader reader = new HelloReader();
        reader.look(slices(record()));
        check(reader.hello());
    }

    @Test
    void aHelloThatIsCutAnywhereIsReadWhetherItsBytesStayOrGo() throws Exception {
        byte[] record = record();
        for (int cut = 1; cut < record.length; cut++) {
            byte[] rest = Arrays.copyOfRange(record, cut, record.length);
            HelloReader taking = new HelloReader();
            taking.look(slices(Arrays.copyOf(record, cut)));
            assertThat(taking.hello()).isEqualTo(ClientHello.UNKNOWN);
            taking.left(0);
            taking.look(slices(rest));
            check(taking.hello());

            HelloReader leaving = new HelloReader();
            Slices slices = slices(Arrays.copyOf(record, cut));
            leaving.look(slices);
            leaving.left(cut);
            slices.take(Unpooled.copiedBuffer(rest));
            leaving.look(slices);
            check(leaving.hello());
        }
    }

    @Test
    void aHelloOfManyRecordsIsRead() throws Exception {
        byte[] record = record();
        HelloReader reader = new HelloReader();
        for (int at = 5; at < record.length; at += 7) {
            int length = Math.min(7, record.length - at);
            byte[] part = new byte[5 + length];
            System.arraycopy(record, 0, part, 0, 3);
            part[4] = (byte) length;
            System.arraycopy(record, at, part, 5, length);
            reader.look(slices(part));
            reader.left(0);
        }
        check(reader.hello());
    }

    @Test
    void whateverIsInAHelloTheLibrarySaysWhatIsWrong() throws Exception {
        byte[] record = record();
        Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = record.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                changed[9 + random.nextInt(changed.length - 9)] = (byte) random.nextInt(256);
            }
            HelloReader reader = new HelloReader();
            reader.look(slices(changed));
            assertThat(reader.hello()).isNotNull();
        }
    }

    @Test
    void whatIsNoHelloIsGivenUpWithoutBeingKept() throws Exception {
        byte[] record = record();
        record[0] = 23;
        byte[] large = record();
        large[6] = 1; // a message of more than 64 KiB
        byte[] broken = record();
        broken[5 + 4 + 2 + 32] = (byte) 0xff; // the length of the session's name
        for (byte[] bytes :
                List.of(record, large, broken, "GET / HTTP/1.1\r\n\r\n".getBytes("US-ASCII"))) {
            HelloReader reader = new HelloReader();
            reader.look(slices(bytes));
            assertThat(reader.hello()).isEqualTo(ClientHello.UNKNOWN);
        }
    }
}
