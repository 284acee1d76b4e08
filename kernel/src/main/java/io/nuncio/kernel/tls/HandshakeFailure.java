package io.nuncio.kernel.tls;

import io.netty.handler.ssl.NotSslRecordException;

import org.jspecify.annotations.Nullable;

import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why TLS failed on a connection, in Envoy's words.
///
/// @param reason such as `TLS_error:|268435581:SSL
///   routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert failed: SAN
///   matcher:TLS_error_end`
record HandshakeFailure(Kind kind, String reason) {
    /// What statistics tell apart.
    enum Kind {
        /// Counted by who refused it.
        CERTIFICATE_REFUSED,
        NO_CERTIFICATE,
        OTHER
    }

    private static final Pattern NATIVE = Pattern.compile("error:([0-9a-fA-F]{8}):([^\\n]+)");
    private static final String REFUSED =
            "268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED";
    private static final String NOT_RETURNED =
            "268435648:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE";
    private static final String NOT_TLS =
            "268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER";

    /// True if BoringSSL found that the peer's key is not made for what TLS does with it.
    boolean keyUsage() {
        return kind == Kind.OTHER && reason.contains("KEY_USAGE_BIT_INCORRECT");
    }

    static HandshakeFailure of(Throwable thrown) {
        List<Throwable> all = new ArrayList<>();
        collect(thrown, all);
        String refusal = refusal(all);
        if (refusal != null) {
            return new HandshakeFailure(Kind.CERTIFICATE_REFUSED, text(REFUSED, refusal));
        }
        Set<String> errors = nativeErrors(all);
        if (errors.stream().anyMatch(error -> error.contains("PEER_DID_NOT_RETURN"))
                || saysNoCertificate(all)) {
            return new HandshakeFailure(
                    Kind.NO_CERTIFICATE,
                    text(NOT_RETURNED, "peer did not provide required client certificate"));
        }
        if (thrown instanceof NotSslRecordException) {
            return new HandshakeFailure(Kind.OTHER, text(NOT_TLS, ""));
        }
        if (errors.isEmpty()) {
            return new HandshakeFailure(Kind.OTHER, text(words(all.getLast()), ""));
        }
        return new HandshakeFailure(Kind.OTHER, text(String.join("|", errors), ""));
    }

    private static void collect(Throwable thrown, List<Throwable> all) {
        for (Throwable each = thrown;
                each != null && !all.contains(each) && all.size() < 20;
                each = each.getCause()) {
            all.add(each);
            for (Throwable suppressed : each.getSuppressed()) {
                collect(suppressed, all);
            }
        }
    }

    private static @Nullable String refusal(List<Throwable> all) {
        for (Throwable each : all) {
            if (each instanceof CertificateException) {
                return words(each);
            }
        }
        return null;
    }

    /// Each as `268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER`.
    private static Set<String> nativeErrors(List<Throwable> all) {
        Set<String> errors = new LinkedHashSet<>();
        for (Throwable each : all) {
            Matcher matcher = NATIVE.matcher(String.valueOf(each.getMessage()));
            while (matcher.find()) {
                errors.add(Long.parseLong(matcher.group(1), 16) + ":" + matcher.group(2));
            }
        }
        return errors;
    }

    /// In the words of the JDK's own TLS.
    private static boolean saysNoCertificate(List<Throwable> all) {
        return all.stream()
                .anyMatch(each ->
                        String.valueOf(each.getMessage()).contains("Empty client certificate"));
    }

    private static String words(Throwable thrown) {
        String message = thrown.getMessage();
        return message == null ? thrown.getClass().getSimpleName() : message;
    }

    private static String text(String error, String details) {
        return "TLS_error:|" + error + (details.isEmpty() ? "" : ":" + details) + ":TLS_error_end";
    }
}
