package io.nuncio.listener.tlsinspector;

import io.nuncio.spi.host.ByteSpan;
import io.nuncio.spi.host.ClientHello;

/// The JA3 fingerprint of a ClientHello: the MD5 of its numbers, in Envoy's reading (GREASE is left
/// out of ciphers and extensions, not out of the groups).
final class Ja3 {
    private Ja3() {}

    static String hash(ClientHello hello) {
        return Digests.hex("MD5", text(hello));
    }

    static String text(ClientHello hello) {
        var text = new StringBuilder(256).append(hello.version()).append(',');
        var list = new NumberList(text);
        ByteSpan ciphers = hello.cipherSuites();
        while (ciphers.hasU16()) {
            list.addUnlessGrease(ciphers.u16());
        }
        list.end();
        ByteSpan extensions = hello.extensions();
        while (extensions.hasU16()) {
            int type = extensions.u16();
            if (extensions.prefixed16().missing()) {
                break;
            }
            list.addUnlessGrease(type);
        }
        list.end();
        ByteSpan groups = hello.extension(ClientHello.SUPPORTED_GROUPS);
        if (groups != null && groups.hasU16()) {
            groups.u16(); // the length of the list
            while (groups.hasU16()) {
                list.add(groups.u16());
            }
        }
        list.end();
        ByteSpan formats = hello.extension(ClientHello.POINT_FORMATS);
        if (formats != null && formats.length() > 0) {
            formats.u8(); // the length of the list
            while (formats.length() > 0) {
                list.add(formats.u8());
            }
        }
        return text.toString();
    }

    /// Numbers with dashes between them.
    private static final class NumberList {
        private final StringBuilder text;
        private boolean first = true;

        NumberList(StringBuilder text) {
            this.text = text;
        }

        void addUnlessGrease(int number) {
            if (!Grease.is(number)) {
                add(number);
            }
        }

        void add(int number) {
            if (!first) {
                text.append('-');
            }
            first = false;
            text.append(number);
        }

        /// The list is over, another begins.
        void end() {
            text.append(',');
            first = true;
        }
    }
}
