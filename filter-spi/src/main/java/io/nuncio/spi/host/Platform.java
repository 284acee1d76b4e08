package io.nuncio.spi.host;

import io.nuncio.spi.StatsScope;

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

    /// Statistics of the server, at the root of all names.
    StatsScope stats();

    TlsSockets tls();

    Secrets secrets();
}
