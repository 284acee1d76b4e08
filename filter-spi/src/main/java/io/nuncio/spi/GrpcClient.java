package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

import java.time.Duration;

/// Where and how a gRPC service is called: a compiled `envoy.config.core.v3.GrpcService`, from
/// [FactoryContext#grpcClient]. Any thread; kept in a template, it lives as long as that.
@ProviderType
public interface GrpcClient {
    /// The cluster, or the `target_uri` of a service that has none.
    String target();

    /// The service's `timeout`, zero if it has none; what calls have unless they say otherwise.
    Duration timeout();
}
