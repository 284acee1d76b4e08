package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.RequestIdFactory;
import io.nuncio.spi.RequestIdTemplate;

/// `x-request-id` as a random UUID.
@Extension(
        name = "envoy.request_id.uuid",
        type = "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig",
        category = Category.REQUEST_ID,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class UuidRequestIdExtension implements RequestIdFactory<UuidRequestIdConfig> {
    @Override
    public RequestIdTemplate configure(UuidRequestIdConfig config, FactoryContext context) {
        return new UuidRequestId(
                !config.hasPackTraceReason() || config.getPackTraceReason().getValue(),
                !config.hasUseRequestIdForTraceSampling()
                        || config.getUseRequestIdForTraceSampling().getValue());
    }
}
