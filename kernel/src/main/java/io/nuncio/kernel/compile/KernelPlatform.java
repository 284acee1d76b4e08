package io.nuncio.kernel.compile;

import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Clusters;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.Matchers;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RouteTables;
import io.nuncio.spi.host.Secrets;
import io.nuncio.spi.host.ServerState;
import io.nuncio.spi.host.TlsSockets;

/// The kernel's services as bundles see them.
public record KernelPlatform(
        Codecs codecs,
        HttpFilterChains httpFilterChains,
        RouteTables routeTables,
        Clusters clusters,
        Extensions extensions,
        AccessLogs accessLogs,
        Matchers matchers,
        ServerState serverState,
        TlsSockets tls,
        Secrets secrets,
        StatsScope stats)
        implements Platform {}
