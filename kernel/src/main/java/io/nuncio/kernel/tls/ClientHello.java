package io.nuncio.kernel.tls;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a ClientHello says that a certificate is chosen by. Immutable; any thread.
///
/// @param version the newest that TLS 1.2 and older agree on
/// @param cipherSuites their numbers
/// @param signatureAlgorithms their numbers; null if it does not say
/// @param groups the numbers of the curves; null if it does not say
/// @param extendedVersions whether it speaks of versions as TLS 1.3 does
/// @param ocsp whether it asks for an OCSP response
record ClientHello(
        int version,
        Set<Integer> cipherSuites,
        @Nullable List<Integer> signatureAlgorithms,
        @Nullable List<Integer> groups,
        boolean extendedVersions,
        boolean ocsp) {
    /// Of a peer of which nothing is known: it takes what it gets, and asks for nothing more.
    static final ClientHello UNKNOWN =
            new ClientHello(0, Set.of(), List.of(), List.of(), false, false);

    static final int TLS_1_2 = 0x0303;

    private static final int SUPPORTED_GROUPS = 10;
    private static final int SIGNATURE_ALGORITHMS = 13;
    private static final int STATUS_REQUEST = 5;
    private static final int SUPPORTED_VERSIONS = 43;
    private static final int RANDOM = 32;

    ClientHello {
        cipherSuites = Set.copyOf(cipherSuites);
        signatureAlgorithms = signatureAlgorithms == null ? null : List.copyOf(signatureAlgorithms);
        groups = groups == null ? null : List.copyOf(groups);
    }

    /// @param message without the type and length in front
    /// @return [#UNKNOWN] if it is not one; the library says what is wrong with it
    static ClientHello parse(byte[] message) {
        try {
            return read(new Fields(message));
        } catch (IndexOutOfBoundsException broken) {
            return UNKNOWN;
        }
    }

    private static ClientHello read(Fields fields) {
        int version = fields.two();
        fields.skip(RANDOM);
        fields.skip(fields.one());
        Set<Integer> suites = new HashSet<>(fields.numbers(fields.two()));
        fields.skip(fields.one());
        List<Integer> algorithms = null;
        List<Integer> groups = null;
        boolean extendedVersions = false;
        boolean ocsp = false;
        if (fields.left() > 0) {
            int end = fields.left() - 2 - fields.two();
            while (fields.left() > end) {
                int type = fields.two();
                int length = fields.two();
                int after = fields.left() - length;
                switch (type) {
                    case SUPPORTED_GROUPS -> groups = fields.numbers(fields.two());
                    case SIGNATURE_ALGORITHMS -> algorithms = fields.numbers(fields.two());
                    case SUPPORTED_VERSIONS -> extendedVersions = true;
                    case STATUS_REQUEST -> ocsp = true;
                    default -> {}
                }
                fields.skip(fields.left() - after);
            }
        }
        return new ClientHello(version, suites, algorithms, groups, extendedVersions, ocsp);
    }

    /// Numbers of one and two bytes, one after the other.
    private static final class Fields {
        private final byte[] bytes;
        private int at;

        Fields(byte[] bytes) {
            this.bytes = bytes;
        }

        int left() {
            return bytes.length - at;
        }

        int one() {
            return bytes[at++] & 0xff;
        }

        int two() {
            return one() << 8 | one();
        }

        void skip(int count) {
            if (count < 0 || count > left()) {
                throw new IndexOutOfBoundsException(count);
            }
            at += count;
        }

        /// @param length of all, in bytes
        List<Integer> numbers(int length) {
            Integer[] all = new Integer[length / 2];
            for (int index = 0; index < all.length; index++) {
                all[index] = two();
            }
            return List.of(all);
        }
    }
}
