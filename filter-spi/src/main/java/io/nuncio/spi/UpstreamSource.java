package io.nuncio.spi;

/// From where connections to upstreams are made on behalf of a downstream connection, in place of
/// what the cluster says. Immutable.
///
/// @param address that they are bound to, which need not be one of this machine's; its port is 0
/// @param mark the `SO_MARK` of their packets, 0 for none
public record UpstreamSource(Address.Ip address, int mark) {
    /// The key in the filter state of the downstream connection; the value is of this class.
    public static final String FILTER_STATE = "nuncio.upstream_source";
}
