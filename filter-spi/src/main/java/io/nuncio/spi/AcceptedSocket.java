package io.nuncio.spi;

import com.google.protobuf.Struct;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// A socket on its way from accept to a filter chain, as listener filters see it. Thread: the
/// worker that accepted it.
@ProviderType
public interface AcceptedSocket {
    ConnectionInfo info();

    StreamInfo streamInfo();

    Worker worker();

    /// Where the peer meant to connect to before the system redirected it (`SO_ORIGINAL_DST`), null
    /// if the system does not know.
    @Nullable Address originalDestination();

    /// Goes on after [ListenerFilter.Outcome#STOP].
    ///
    /// @param success false closes the socket
    void resume(boolean success);

    /// Envoy's names: `raw_buffer`, `tls`.
    void transportProtocol(String name);

    void applicationProtocols(List<String> names);

    void requestedServerName(String name);

    /// The JA3 fingerprint of the peer's ClientHello.
    void ja3Hash(String hash);

    /// The JA4 fingerprint of the peer's ClientHello.
    void ja4Hash(String hash);

    void metadata(String namespace, Struct values);

    void filterState(String key, Object value);
}
