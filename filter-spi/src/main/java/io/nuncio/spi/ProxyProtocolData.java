package io.nuncio.spi;

import com.google.protobuf.ByteString;

import java.util.List;

/// What the PROXY protocol says of a connection: as it came from the downstream, or as it goes to
/// an upstream. Immutable.
///
/// @param source the address of whoever began the connection
/// @param destination the address that it was made to
public record ProxyProtocolData(Address source, Address destination, List<Tlv> tlvs) {
    /// The key in the filter state of a connection; the value is of this class.
    public static final String FILTER_STATE = "envoy.network.proxy_protocol_options";

    public ProxyProtocolData {
        tlvs = List.copyOf(tlvs);
    }

    /// A further fact of the header.
    ///
    /// @param type 0 to 255
    public record Tlv(int type, ByteString value) {}
}
