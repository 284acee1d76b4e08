package io.nuncio.spi.internal;

/// The key to the methods of the SPI's data types that are the kernel's alone. A bundle cannot name
/// this class, since its package is not exported.
public final class Internal {
    /// The only one.
    public static final Internal KEY = new Internal();

    private Internal() {}
}
