package io.nuncio.listener.tlsinspector;

/// Numbers that mean nothing and keep servers from breaking on unknown ones (RFC 8701).
final class Grease {
    private Grease() {}

    static boolean is(int number) {
        return (number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff);
    }
}
