package io.nuncio.spi;

/// Whether the next network filter is asked.
public enum NetworkOutcome {
    /// Ask the next filter (Envoy: Continue).
    CONTINUE,
    /// Ask no further until [NetworkStream#resume] or the next bytes (Envoy: StopIteration).
    STOP
}
