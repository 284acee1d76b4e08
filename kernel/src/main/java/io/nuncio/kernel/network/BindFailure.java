package io.nuncio.kernel.network;

import io.nuncio.spi.Address;

/// A socket could not listen; the message is for an operator, on one line.
public final class BindFailure extends Exception {
    private static final long serialVersionUID = 1;

    /// @param reason the system's words, such as `Address already in use`
    public BindFailure(Address address, String reason) {
        super("cannot bind " + address + ": " + reason);
    }
}
