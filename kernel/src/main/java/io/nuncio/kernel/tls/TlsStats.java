package io.nuncio.kernel.tls;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The statistics below `ssl.`, with Envoy's names. Those of certificates that were refused are
/// counted by who refuses them.
final class TlsStats {
    private final StatsScope scope;
    private final Counter connectionError;
    private final Counter handshake;
    private final Counter sessionReused;
    private final Counter noCertificate;
    private final Counter failVerifyNoCert;
    private final Counter failVerifySan;
    private final Counter wasKeyUsageInvalid;
    private final Counter stapleRequests;
    private final Counter stapleResponses;
    private final Counter stapleOmitted;
    private final Counter stapleFailed;
    private final Map<String, Counter> agreed = new ConcurrentHashMap<>();

    TlsStats(StatsScope parent) {
        scope = parent.scope("ssl");
        connectionError = scope.counter("connection_error");
        handshake = scope.counter("handshake");
        sessionReused = scope.counter("session_reused");
        noCertificate = scope.counter("no_certificate");
        failVerifyNoCert = scope.counter("fail_verify_no_cert");
        failVerifySan = scope.counter("fail_verify_san");
        wasKeyUsageInvalid = scope.counter("was_key_usage_invalid");
        stapleRequests = scope.counter("ocsp_staple_requests");
        stapleResponses = scope.counter("ocsp_staple_responses");
        stapleOmitted = scope.counter("ocsp_staple_omitted");
        stapleFailed = scope.counter("ocsp_staple_failed");
    }

    void established(EstablishedTls tls) {
        handshake.increment();
        if (tls.resumed()) {
            sessionReused.increment();
        }
        agreed("ciphers", tls.cipher());
        agreed("versions", tls.version());
        if (!tls.curve().isEmpty()) {
            agreed("curves", tls.curve());
        }
        if (!tls.peerPresentedCertificate()) {
            noCertificate.increment();
        }
    }

    /// The peer has none of the names that whoever asked for the connection demands.
    void otherName() {
        failVerifySan.increment();
    }

    /// A kind of statistic has few names: those of the library's own ciphers, versions and curves.
    private void agreed(String kind, String name) {
        String key = kind + "." + name;
        Counter counter = agreed.get(key);
        if (counter == null) {
            counter = agreed.computeIfAbsent(key, scope::counter);
        }
        counter.increment();
    }

    void stapled(IdentityChoice.Staple what) {
        switch (what) {
            case NOT_ASKED -> {
                return;
            }
            case GIVEN -> stapleResponses.increment();
            case OMITTED -> stapleOmitted.increment();
            case FAILED -> stapleFailed.increment();
        }
        stapleRequests.increment();
    }

    /// The peer's key is not made for what TLS does with it.
    void otherKeyUsage() {
        wasKeyUsageInvalid.increment();
    }

    void failed(HandshakeFailure failure) {
        if (failure.keyUsage()) {
            otherKeyUsage();
        }
        switch (failure.kind()) {
            case CERTIFICATE_REFUSED -> {}
            case NO_CERTIFICATE -> failVerifyNoCert.increment();
            case OTHER -> connectionError.increment();
        }
    }
}
