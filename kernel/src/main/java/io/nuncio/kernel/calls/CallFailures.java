package io.nuncio.kernel.calls;

import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallFailure.Reason;
import io.nuncio.spi.host.ResetReason;

/// Why calls have no response, in Envoy's words.
final class CallFailures {
    private CallFailures() {}

    static CallFailure noCluster(String name) {
        return new CallFailure(Reason.NO_CLUSTER, "cluster_not_found", "no cluster `" + name + "`");
    }

    static CallFailure noHealthyHost() {
        return new CallFailure(
                Reason.NO_HEALTHY_HOST, "no_healthy_upstream", "no healthy upstream");
    }

    static CallFailure timeout(String details) {
        return new CallFailure(Reason.TIMEOUT, details, "upstream request timeout");
    }

    static CallFailure keptTooMuch(int limit) {
        return new CallFailure(
                Reason.RESET,
                "request_payload_exceeded_retry_buffer_limit",
                "exceeded request buffer limit of " + limit + " bytes while retrying upstream");
    }

    /// @param transportFailure empty if the transport did not fail
    /// @param responseStarted true if there are headers of a response already
    /// @param retried true if it was not the first attempt
    static CallFailure reset(
            ResetReason reason, String transportFailure, boolean responseStarted, boolean retried) {
        String what =
                responseStarted
                        ? "upstream_reset_after_response_started"
                        : "upstream_reset_before_response_started";
        String cause = transportFailure.isEmpty() ? "" : "|" + transportFailure.replace(' ', '_');
        String text =
                "upstream connect error or disconnect/reset before headers. "
                        + (retried ? "retried and the latest " : "")
                        + "reset reason: "
                        + reason.text()
                        + (transportFailure.isEmpty()
                                ? ""
                                : ", transport failure reason: " + transportFailure);
        return new CallFailure(kind(reason), what + "{" + reason.details() + cause + "}", text);
    }

    private static Reason kind(ResetReason reason) {
        return switch (reason) {
            case OVERFLOW -> Reason.OVERFLOW;
            case LOCAL_CONNECTION_FAILURE, REMOTE_CONNECTION_FAILURE, CONNECTION_TIMEOUT ->
                    Reason.CONNECTION;
            default -> Reason.RESET;
        };
    }
}
