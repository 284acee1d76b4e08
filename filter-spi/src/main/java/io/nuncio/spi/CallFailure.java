package io.nuncio.spi;

/// Why a call has no response.
///
/// @param details in one word, as response code details have it
/// @param text for a person, as the body of a local reply has it; may be empty
public record CallFailure(Reason reason, String details, String text) implements CallResult {
    /// What kind of failure.
    public enum Reason {
        /// There is no such cluster, or it is still warming.
        NO_CLUSTER,
        /// The cluster has no host that may be used.
        NO_HEALTHY_HOST,
        /// A circuit breaker is open.
        OVERFLOW,
        /// No connection could be made.
        CONNECTION,
        /// The stream was broken off.
        RESET,
        /// The call took longer than it may.
        TIMEOUT,
        /// The response is larger than [CallRequest#maxResponseBytes].
        RESPONSE_TOO_LARGE
    }
}
