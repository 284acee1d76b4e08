package io.nuncio.kernel.extension;

import io.nuncio.spi.AccessLoggerFactory;
import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterFactory;
import io.nuncio.spi.CustomMatcherFactory;
import io.nuncio.spi.ExtensionFactory;
import io.nuncio.spi.FormatterFactory;
import io.nuncio.spi.HealthCheckerFactory;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.InputMatcherFactory;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.LoadBalancerFactory;
import io.nuncio.spi.LogFilterFactory;
import io.nuncio.spi.MatchActionFactory;
import io.nuncio.spi.MatchInputFactory;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.RbacAuditLoggerFactory;
import io.nuncio.spi.RbacConditionFactory;
import io.nuncio.spi.RequestIdFactory;
import io.nuncio.spi.RetryHostPredicateFactory;
import io.nuncio.spi.RetryPriorityFactory;
import io.nuncio.spi.TransportSocketFactory;

/// Which interface of the SPI the factories of a category implement.
final class FactoryInterfaces {
    private FactoryInterfaces() {}

    static Class<?> of(Category category) {
        return switch (category) {
            case HTTP_FILTER, UPSTREAM_HTTP_FILTER -> HttpFilterFactory.class;
            case NETWORK_FILTER -> NetworkFilterFactory.class;
            case LISTENER_FILTER -> ListenerFilterFactory.class;
            case DOWNSTREAM_TRANSPORT_SOCKET, UPSTREAM_TRANSPORT_SOCKET ->
                    TransportSocketFactory.class;
            case CLUSTER -> ClusterFactory.class;
            case LOAD_BALANCER -> LoadBalancerFactory.class;
            case HEALTH_CHECKER -> HealthCheckerFactory.class;
            case ACCESS_LOGGER -> AccessLoggerFactory.class;
            case ACCESS_LOG_FILTER -> LogFilterFactory.class;
            case FORMATTER -> FormatterFactory.class;
            case MATCHER_INPUT, NETWORK_MATCHER_INPUT -> MatchInputFactory.class;
            case INPUT_MATCHER -> InputMatcherFactory.class;
            case CUSTOM_MATCHER, NETWORK_CUSTOM_MATCHER -> CustomMatcherFactory.class;
            case MATCHING_ACTION -> MatchActionFactory.class;
            case REQUEST_ID -> RequestIdFactory.class;
            case RETRY_HOST_PREDICATE -> RetryHostPredicateFactory.class;
            case RETRY_PRIORITY -> RetryPriorityFactory.class;
            case RBAC_PRINCIPAL, RBAC_MATCHER -> RbacConditionFactory.class;
            case RBAC_AUDIT_LOGGER -> RbacAuditLoggerFactory.class;
            // Categories without an interface of their own yet.
            default -> ExtensionFactory.class;
        };
    }
}
