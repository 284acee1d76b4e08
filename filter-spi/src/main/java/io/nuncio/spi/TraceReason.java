package io.nuncio.spi;

/// Why a request is traced, or that it is not (Envoy: Tracing::Reason).
public enum TraceReason {
    NOT_TRACEABLE,
    /// It is one of the share that is sampled.
    SAMPLING,
    /// A service asked for it by `x-envoy-force-trace`.
    SERVICE_FORCED,
    /// The client did, by `x-client-trace-id`.
    CLIENT_FORCED
}
