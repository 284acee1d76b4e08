package io.nuncio.proxyprotocol;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

/// What a header says.
///
/// @param length of the whole header
/// @param tlvsAt where the TLVs begin, which fill the rest of it
/// @param source null if the header leaves it to the socket's own addresses, as `UNKNOWN` and
///   `LOCAL` do
/// @param destination null if `source` is
record ProxyHeader(
        int length, int tlvsAt, Address.@Nullable Ip source, Address.@Nullable Ip destination) {
    /// A header without addresses or TLVs.
    static ProxyHeader local(int length) {
        return new ProxyHeader(length, length, null, null);
    }
}
