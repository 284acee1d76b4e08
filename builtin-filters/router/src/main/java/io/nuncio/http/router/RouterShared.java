package io.nuncio.http.router;

import io.nuncio.spi.host.Clusters;

/// What all requests of one router share. Any worker.
record RouterShared(RouterConfig config, RouterStats stats, Clusters clusters) {}
