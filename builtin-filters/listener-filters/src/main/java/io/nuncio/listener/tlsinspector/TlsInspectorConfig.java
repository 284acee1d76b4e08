package io.nuncio.listener.tlsinspector;

import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;

/// @param fingerprints true to take JA3 and JA4, which has no field of its own in Envoy's API as we
///   read it
/// @param initialBytes how many bytes are looked at first; the number doubles as long as they do
///   not suffice
/// @param maxBytes a ClientHello that is not complete by then is too large
record TlsInspectorConfig(boolean fingerprints, int initialBytes, int maxBytes) {
    /// What a record may hold, and so what Envoy's TLS library reads of a hello.
    static final int MAX_CLIENT_HELLO = 16 * 1024;

    static TlsInspectorConfig from(TlsInspector message) {
        int initial =
                message.hasInitialReadBufferSize()
                        ? message.getInitialReadBufferSize().getValue()
                        : MAX_CLIENT_HELLO;
        return new TlsInspectorConfig(
                message.getEnableJa3Fingerprinting().getValue(),
                Math.min(initial, MAX_CLIENT_HELLO),
                MAX_CLIENT_HELLO);
    }
}
