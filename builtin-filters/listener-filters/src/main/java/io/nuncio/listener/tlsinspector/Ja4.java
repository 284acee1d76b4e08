package io.nuncio.listener.tlsinspector;

import io.nuncio.spi.host.ByteSpan;
import io.nuncio.spi.host.ClientHello;

import java.util.Arrays;

/// The JA4 fingerprint of a ClientHello over TCP, as FoxIO's specification has it: what is offered
/// in words, then digests of the sorted ciphers and of the sorted extensions with the signature
/// algorithms.
final class Ja4 {
    private static final int DIGEST_DIGITS = 12;
    private static final String NOTHING = "0".repeat(DIGEST_DIGITS);
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Ja4() {}

    static String fingerprint(ClientHello hello) {
        int[] ciphers = ciphers(hello);
        int[] extensions = extensions(hello);
        var text =
                new StringBuilder(36)
                        .append('t')
                        .append(version(hello))
                        .append(hello.extension(ClientHello.SERVER_NAME) == null ? 'i' : 'd');
        appendCount(text, ciphers.length);
        appendCount(text, extensions.length);
        appendProtocol(text, hello);
        Arrays.sort(ciphers);
        text.append('_').append(digest(hexList(ciphers)));
        return text.append('_').append(extensionDigest(hello, extensions)).toString();
    }

    private static String version(ClientHello hello) {
        ByteSpan data = hello.extension(ClientHello.SUPPORTED_VERSIONS);
        int highest = 0;
        if (data != null) {
            ByteSpan versions = data.prefixed8();
            if (versions.missing()) {
                return "00";
            }
            while (versions.hasU16()) {
                int version = versions.u16();
                if (!Grease.is(version)) {
                    highest = Math.max(highest, version);
                }
            }
        }
        return switch (highest == 0 ? hello.version() : highest) {
            case 0x0304 -> "13";
            case 0x0303 -> "12";
            case 0x0302 -> "11";
            case 0x0301 -> "10";
            default -> "00";
        };
    }

    private static void appendCount(StringBuilder text, int count) {
        int shown = Math.min(count, 99);
        text.append((char) ('0' + shown / 10)).append((char) ('0' + shown % 10));
    }

    /// The first and last character of the first protocol; as Envoy has it, both in hexadecimal
    /// digits if one of them is neither letter nor digit.
    private static void appendProtocol(StringBuilder text, ClientHello hello) {
        ByteSpan data = hello.extension(ClientHello.ALPN);
        ByteSpan name = ByteSpan.MISSING;
        if (data != null && data.hasU16()) {
            data.u16(); // the length of the list
            name = data.prefixed8();
        }
        if (name.length() == 0) {
            text.append("00");
            return;
        }
        int first = name.at(0);
        int last = name.at(name.length() - 1);
        if (letterOrDigit(first) && letterOrDigit(last)) {
            text.append((char) first).append((char) last);
        } else {
            text.append(HEX[first >> 4]).append(HEX[first & 0xf]);
            text.append(HEX[last >> 4]).append(HEX[last & 0xf]);
        }
    }

    private static boolean letterOrDigit(int character) {
        return character >= '0' && character <= '9'
                || character >= 'A' && character <= 'Z'
                || character >= 'a' && character <= 'z';
    }

    private static int[] ciphers(ClientHello hello) {
        ByteSpan span = hello.cipherSuites();
        int[] found = new int[span.length() / 2];
        int count = 0;
        while (span.hasU16()) {
            int cipher = span.u16();
            if (!Grease.is(cipher)) {
                found[count++] = cipher;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private static int[] extensions(ClientHello hello) {
        ByteSpan span = hello.extensions();
        int[] found = new int[span.length() / 4];
        int count = 0;
        while (span.hasU16()) {
            int type = span.u16();
            if (span.prefixed16().missing()) {
                break;
            }
            if (!Grease.is(type)) {
                found[count++] = type;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private static String extensionDigest(ClientHello hello, int[] extensions) {
        int[] hashed =
                Arrays.stream(extensions)
                        .filter(type -> type != ClientHello.SERVER_NAME && type != ClientHello.ALPN)
                        .sorted()
                        .toArray();
        if (hashed.length == 0) {
            return NOTHING;
        }
        StringBuilder text = hexList(hashed);
        ByteSpan algorithms = hello.extension(ClientHello.SIGNATURE_ALGORITHMS);
        if (algorithms != null && algorithms.hasU16()) {
            algorithms.u16(); // the length of the list
            char separator = '_';
            while (algorithms.hasU16()) {
                appendHex(text.append(separator), algorithms.u16());
                separator = ',';
            }
        }
        return digest(text);
    }

    private static StringBuilder hexList(int[] numbers) {
        var text = new StringBuilder(numbers.length * 5);
        for (int number : numbers) {
            if (!text.isEmpty()) {
                text.append(',');
            }
            appendHex(text, number);
        }
        return text;
    }

    private static void appendHex(StringBuilder text, int number) {
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(HEX[number >> shift & 0xf]);
        }
    }

    private static String digest(StringBuilder text) {
        return text.isEmpty()
                ? NOTHING
                : Digests.hex("SHA-256", text.toString()).substring(0, DIGEST_DIGITS);
    }
}
