package io.nuncio.kernel.tls;

import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// What is known of a handshake that is answered while the library works on it. The library's
/// callbacks find it by [#CURRENT], as they run inside the call. Thread: the connection's worker.
final class Handshake {
    /// The handshake that this thread is at.
    static final ScopedValue<Handshake> CURRENT = ScopedValue.newInstance();

    private final HelloReader reader = new HelloReader();
    private IdentityChoice.@Nullable Chosen chosen;

    /// Looks at the bytes that the library will get.
    void look(Slices in) {
        reader.look(in);
    }

    /// How many of them it has left, which come again.
    void left(int bytes) {
        reader.left(bytes);
    }

    ClientHello hello() {
        return reader.hello();
    }

    /// What will be presented; null before it is chosen.
    IdentityChoice.@Nullable Chosen chosen() {
        return chosen;
    }

    void choose(IdentityChoice.Chosen choice) {
        chosen = choice;
    }
}
