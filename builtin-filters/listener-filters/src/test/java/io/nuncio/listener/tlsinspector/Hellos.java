package io.nuncio.listener.tlsinspector;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// ClientHellos for tests: recorded ones, and some that are put together.
final class Hellos {
    private Hellos() {}

    record Recorded(String name, String ja4, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Recorded> recorded() {
        try (InputStream in = Hellos.class.getResourceAsStream("/tlsinspector/hellos.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .map(part -> new Recorded(part[0], part[1], HexFormat.of().parseHex(part[2])))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// From the text that JA3 digests, with a server name where extension 0 is listed and `h2`
    /// where 16 is; the groups and point formats go into extensions 10 and 11.
    static byte[] ofJa3(String text) {
        String[] parts = text.split(",", -1);
        var extensions = new Bytes();
        for (int type : numbers(parts[2])) {
            extensions.u16(type).prefixed16(extension(type, parts));
        }
        var body = new Bytes().u16(Integer.parseInt(parts[0])).zeros(32).u8(0);
        var ciphers = new Bytes();
        for (int cipher : numbers(parts[1])) {
            ciphers.u16(cipher);
        }
        body.prefixed16(ciphers).u8(1).u8(0);
        if (!parts[2].isEmpty()) {
            body.prefixed16(extensions);
        }
        return records(message(body.bytes()), 16384);
    }

    private static Bytes extension(int type, String[] parts) {
        var data = new Bytes();
        switch (type) {
            case 0 -> data.prefixed16(serverName("www.example.com"));
            case 10 -> {
                var groups = new Bytes();
                for (int group : numbers(parts[3])) {
                    groups.u16(group);
                }
                data.prefixed16(groups);
            }
            case 11 -> {
                int[] formats = numbers(parts[4]);
                data.u8(formats.length);
                for (int format : formats) {
                    data.u8(format);
                }
            }
            case 16 -> data.prefixed16(new Bytes().u8(2).text("h2"));
            default -> {}
        }
        return data;
    }

    private static Bytes serverName(String name) {
        return new Bytes().u8(0).prefixed16(new Bytes().text(name));
    }

    private static int[] numbers(String list) {
        return list.isEmpty()
                ? new int[0]
                : Arrays.stream(list.split("-")).mapToInt(Integer::parseInt).toArray();
    }

    /// A hello of TLS 1.2 with these extensions.
    static byte[] with(Bytes extensions) {
        return records(message(body(0x0303, 0, extensions)), 16384);
    }

    static byte[] body(int version, int compression, Bytes extensions) {
        return new Bytes()
                .u16(version)
                .zeros(32)
                .u8(0)
                .prefixed16(new Bytes().u16(0xc02f))
                .u8(1)
                .u8(compression)
                .prefixed16(extensions)
                .bytes();
    }

    static byte[] message(byte[] body) {
        return new Bytes().u8(1).u8(0).u16(body.length).add(body).bytes();
    }

    /// In records of at most that size.
    static byte[] records(byte[] message, int size) {
        var records = new Bytes();
        for (int at = 0; at < message.length; at += size) {
            byte[] part = Arrays.copyOfRange(message, at, Math.min(at + size, message.length));
            records.u8(22).u16(0x0301).u16(part.length).add(part);
        }
        return records.bytes();
    }

    /// Bytes that are put together.
    static final class Bytes {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Bytes u8(int value) {
            out.write(value);
            return this;
        }

        Bytes u16(int value) {
            return u8(value >> 8).u8(value);
        }

        Bytes zeros(int count) {
            return add(new byte[count]);
        }

        Bytes add(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Bytes text(String text) {
            return add(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        Bytes prefixed16(Bytes content) {
            return u16(content.out.size()).add(content.bytes());
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
