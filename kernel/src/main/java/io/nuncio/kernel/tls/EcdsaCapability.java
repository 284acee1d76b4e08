package io.nuncio.kernel.tls;

import io.nuncio.spi.host.ByteSpan;
import io.nuncio.spi.host.ClientHello;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// On which curves a peer verifies signatures. Immutable; any thread.
///
/// @param newest whether TLS 1.3 may be spoken
/// @param suites the numbers of this side's ciphers for such keys, for TLS 1.2 and older
record EcdsaCapability(boolean newest, Set<Integer> suites) {
    /// Those that the library knows.
    private static final Map<String, Integer> NUMBERS =
            Map.of(
                    "ECDHE-ECDSA-AES128-GCM-SHA256", 0xc02b,
                    "ECDHE-ECDSA-AES256-GCM-SHA384", 0xc02c,
                    "ECDHE-ECDSA-CHACHA20-POLY1305", 0xcca9,
                    "ECDHE-ECDSA-AES128-SHA", 0xc009,
                    "ECDHE-ECDSA-AES256-SHA", 0xc00a,
                    "ECDHE-ECDSA-AES128-SHA256", 0xc023);

    /// A curve's size by the number of its signature algorithm of TLS 1.3.
    private static final Map<Integer, Integer> BY_ALGORITHM =
            Map.of(0x0403, 256, 0x0503, 384, 0x0603, 521);

    private static final int TLS_1_2 = 0x0303;

    private static final Map<Integer, Integer> BY_GROUP = Map.of(23, 256, 24, 384, 25, 521);

    EcdsaCapability {
        suites = Set.copyOf(suites);
    }

    /// @param ciphers OpenSSL's names of those that this side speaks
    static EcdsaCapability of(List<String> versions, List<String> ciphers) {
        Set<Integer> suites = new HashSet<>();
        for (String cipher : ciphers) {
            Integer number = NUMBERS.get(cipher);
            if (number != null) {
                suites.add(number);
            }
        }
        return new EcdsaCapability(versions.contains("TLSv1.3"), suites);
    }

    /// The sizes of the curves in bits; empty if the peer verifies no such signature.
    Set<Integer> curves(ClientHello hello) {
        if (newest
                && hello.version() == TLS_1_2
                && hello.extension(ClientHello.SUPPORTED_VERSIONS) != null) {
            return sizes(hello.extension(ClientHello.SIGNATURE_ALGORITHMS), BY_ALGORITHM);
        }
        return speaks(hello.cipherSuites())
                ? sizes(hello.extension(ClientHello.SUPPORTED_GROUPS), BY_GROUP)
                : Set.of();
    }

    private boolean speaks(ByteSpan ciphers) {
        while (ciphers.hasU16()) {
            if (suites.contains(ciphers.u16())) {
                return true;
            }
        }
        return false;
    }

    /// @param list numbers behind the length of all; null for none
    private static Set<Integer> sizes(@Nullable ByteSpan list, Map<Integer, Integer> known) {
        Set<Integer> sizes = new HashSet<>();
        if (list != null) {
            ByteSpan numbers = list.prefixed16();
            while (numbers.hasU16()) {
                Integer size = known.get(numbers.u16());
                if (size != null) {
                    sizes.add(size);
                }
            }
        }
        return sizes;
    }
}
