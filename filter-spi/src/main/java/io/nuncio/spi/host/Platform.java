package io.nuncio.spi.host;

import org.osgi.annotation.versioning.ProviderType;

/// The kernel's services for connection managers, routers and protocol proxies.
///
/// Thread: main while compiling; each service says what workers may call.
@ProviderType
public interface Platform {
    Codecs codecs();

    HttpFilterChains httpFilterChains();

    RouteTables routeTables();

    Clusters clusters();

    Extensions extensions();

    AccessLogs accessLogs();

    Matchers matchers();

    ServerState serverState();

    TlsSockets tls();
}
