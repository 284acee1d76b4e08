package io.nuncio.spi.host;

/// How much a request counts: each priority has circuit breakers and connections of its own.
public enum ResourcePriority {
    DEFAULT,
    HIGH
}
