package io.nuncio.kernel.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.host.ClientHello;
import io.nuncio.spi.host.ClientHelloReader;

import java.io.ByteArrayOutputStream;

/// ClientHellos of TLS 1.2 and newer, for tests.
final class HelloMaker {
    private final int cipher;
    private final ByteArrayOutputStream extensions = new ByteArrayOutputStream();

    HelloMaker(int cipher) {
        this.cipher = cipher;
    }

    /// An extension that is a list of numbers, behind the length of all; of one that has none only
    /// its being there counts.
    HelloMaker with(int type, int... numbers) {
        u16(extensions, type);
        u16(extensions, 2 + 2 * numbers.length);
        u16(extensions, 2 * numbers.length);
        for (int each : numbers) {
            u16(extensions, each);
        }
        return this;
    }

    ClientHello make() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        u16(body, 0x0303);
        body.writeBytes(new byte[32 + 1]); // random, no session
        u16(body, 2);
        u16(body, cipher);
        u16(body, 0x0100); // no compression
        u16(body, extensions.size());
        body.writeBytes(extensions.toByteArray());

        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.write(22);
        u16(record, 0x0301);
        u16(record, 4 + body.size());
        u16(record, 0x0100);
        u16(record, body.size());
        record.writeBytes(body.toByteArray());

        ClientHelloReader reader = new ClientHelloReader();
        reader.read(Buffer.copyOf(record.toByteArray()));
        ClientHello hello = reader.hello();
        assertThat(hello).isNotNull();
        return hello;
    }

    private static void u16(ByteArrayOutputStream out, int number) {
        out.write(number >> 8);
        out.write(number);
    }
}
