package io.nuncio.kernel.admin;

import io.nuncio.spi.Address;

import java.util.List;

/// A listener as `/listeners` shows it.
///
/// @param addresses where it listens; the first is the main one
public record ListenerView(String name, List<Address> addresses) {
    public ListenerView {
        addresses = List.copyOf(addresses);
    }
}
