package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

import java.net.InetAddress;
import java.util.List;

/// Looks up names without blocking. Thread: main, for calls and answers.
@ProviderType
public interface Resolver {
    /// Resolves a name; the answer comes later, exactly once, unless the look-up was cancelled.
    Lookup resolve(String name, Family family, Answer answer);

    /// Which addresses are wanted; Envoy's `dns_lookup_family`.
    enum Family {
        AUTO,
        V4_ONLY,
        V6_ONLY,
        V4_PREFERRED,
        ALL
    }

    /// A look-up under way.
    interface Lookup {
        void cancel();
    }

    /// What became of a look-up.
    sealed interface Result {
        /// @param ttlSeconds the smallest of the records
        record Addresses(List<InetAddress> addresses, long ttlSeconds) implements Result {}

        /// The name does not exist, or has no such address.
        record NoSuchName() implements Result {}

        /// The servers did not answer, or answered with an error.
        record Failed(String reason) implements Result {}
    }

    /// Who waits for a look-up.
    @FunctionalInterface
    interface Answer {
        void onResult(Result result);
    }
}
