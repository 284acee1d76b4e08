package io.nuncio.spi;

/// An object of the filter state with which connections to upstreams begin, too; and so, over the
/// transport socket `envoy.transport_sockets.internal_upstream`, the connection that an internal
/// listener accepts. Immutable, if its object is: many connections may have it.
///
/// @param sharing of the object where it goes to
public record SharedState(String key, Object value, boolean readOnly, Sharing sharing) {
    /// How far an object goes.
    public enum Sharing {
        /// It stays where it is.
        NONE,
        /// To connections that are made for the stream or connection that has it.
        ONCE,
        /// To those, and to the ones that are made for them in turn.
        TRANSITIVE
    }

    /// True if streams whose objects are not equal must not share a connection: for addresses, and
    /// where [FilterStateObject#keepsConnectionsApart] says so (Envoy: what can be hashed).
    public boolean keepsConnectionsApart() {
        return value instanceof Address
                || value instanceof FilterStateObject object && object.keepsConnectionsApart();
    }
}
