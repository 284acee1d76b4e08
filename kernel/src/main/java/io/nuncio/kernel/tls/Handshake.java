package io.nuncio.kernel.tls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.host.ClientHello;
import io.nuncio.spi.host.ClientHelloReader;

import org.jspecify.annotations.Nullable;

/// What is known of a handshake that is answered while the library works on it. The library's
/// callbacks find it by [#CURRENT], as they run inside the call. Thread: the connection's worker.
final class Handshake {
    /// The handshake that this thread is at.
    static final ScopedValue<Handshake> CURRENT = ScopedValue.newInstance();

    private final ClientHelloReader reader = new ClientHelloReader();
    private IdentityChoice.@Nullable Chosen chosen;

    /// Looks at the bytes that the library will get.
    void look(Buffer wire) {
        reader.read(wire);
    }

    /// How many of them it has taken; the others come again.
    void taken(int bytes) {
        reader.taken(bytes);
    }

    /// Null if it is not whole yet, or broken; the library says what is wrong with it.
    @Nullable ClientHello hello() {
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
