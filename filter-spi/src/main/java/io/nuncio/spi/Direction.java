package io.nuncio.spi;

/// Which way bytes go: `REQUEST` towards the upstream (Envoy: decode), `RESPONSE` towards the
/// downstream (Envoy: encode).
public enum Direction {
    REQUEST,
    RESPONSE
}
