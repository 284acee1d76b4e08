package io.nuncio.kernel.tls;

import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;

import java.util.ArrayList;
import java.util.List;

/// Asks BoringSSL which names it knows, one by one, to say which of a configuration's it does not.
final class LibraryNames {
    private LibraryNames() {}

    static List<String> unknownCiphers(List<String> suites) {
        List<String> unknown = new ArrayList<>();
        for (String suite : suites) {
            if (!tried(context -> SSLContext.setCipherSuite(context, suite, false))) {
                unknown.add(suite);
            }
        }
        return unknown;
    }

    /// The ciphers that a list in BoringSSL's syntax stands for, by name; those of TLS 1.3 are
    /// always among them.
    static List<String> ciphers(List<String> suites) {
        List<String> all = new ArrayList<>();
        tried(context -> {
            SSLContext.setCipherSuite(context, String.join(":", suites), false);
            long ssl = SSL.newSSL(context, true);
            try {
                all.addAll(List.of(SSL.getCiphers(ssl)));
            } finally {
                SSL.freeSSL(ssl);
            }
            return true;
        });
        return all;
    }

    static boolean curvesKnown(List<String> curves) {
        return tried(context -> SSLContext.setCurvesList(context, curves.toArray(String[]::new)));
    }

    /// Something to do with a context of the library's.
    private interface Trial {
        boolean on(long context) throws Exception;
    }

    private static boolean tried(Trial trial) {
        long context = 0;
        try {
            context =
                    SSLContext.make(
                            SSL.SSL_PROTOCOL_TLSV1_2 | SSL.SSL_PROTOCOL_TLSV1_3,
                            SSL.SSL_MODE_SERVER);
            return trial.on(context);
        } catch (Exception refused) {
            return false;
        } finally {
            SSL.clearError();
            if (context != 0) {
                SSLContext.free(context);
            }
        }
    }
}
