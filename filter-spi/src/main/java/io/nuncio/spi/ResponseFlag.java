package io.nuncio.spi;

import java.util.List;

/// Why a response is not simply the upstream's: Envoy's response flags, in Envoy's order, and flags
/// of extensions.
///
/// @param shortName as `%RESPONSE_FLAGS%` prints it
/// @param longName as `%RESPONSE_FLAGS_LONG%` prints it
/// @param index the flag's bit among the core flags, or -1 for a flag of an extension
public record ResponseFlag(String shortName, String longName, int index) {
    public static final ResponseFlag FAILED_LOCAL_HEALTH_CHECK =
            new ResponseFlag("LH", "FailedLocalHealthCheck", 0);
    public static final ResponseFlag NO_HEALTHY_UPSTREAM =
            new ResponseFlag("UH", "NoHealthyUpstream", 1);
    public static final ResponseFlag UPSTREAM_REQUEST_TIMEOUT =
            new ResponseFlag("UT", "UpstreamRequestTimeout", 2);
    public static final ResponseFlag LOCAL_RESET = new ResponseFlag("LR", "LocalReset", 3);
    public static final ResponseFlag UPSTREAM_REMOTE_RESET =
            new ResponseFlag("UR", "UpstreamRemoteReset", 4);
    public static final ResponseFlag UPSTREAM_CONNECTION_FAILURE =
            new ResponseFlag("UF", "UpstreamConnectionFailure", 5);
    public static final ResponseFlag UPSTREAM_CONNECTION_TERMINATION =
            new ResponseFlag("UC", "UpstreamConnectionTermination", 6);
    public static final ResponseFlag UPSTREAM_OVERFLOW =
            new ResponseFlag("UO", "UpstreamOverflow", 7);
    public static final ResponseFlag NO_ROUTE_FOUND = new ResponseFlag("NR", "NoRouteFound", 8);
    public static final ResponseFlag DELAY_INJECTED = new ResponseFlag("DI", "DelayInjected", 9);
    public static final ResponseFlag FAULT_INJECTED = new ResponseFlag("FI", "FaultInjected", 10);
    public static final ResponseFlag RATE_LIMITED = new ResponseFlag("RL", "RateLimited", 11);
    public static final ResponseFlag UNAUTHORIZED_EXTERNAL_SERVICE =
            new ResponseFlag("UAEX", "UnauthorizedExternalService", 12);
    public static final ResponseFlag RATE_LIMIT_SERVICE_ERROR =
            new ResponseFlag("RLSE", "RateLimitServiceError", 13);
    public static final ResponseFlag DOWNSTREAM_CONNECTION_TERMINATION =
            new ResponseFlag("DC", "DownstreamConnectionTermination", 14);
    public static final ResponseFlag UPSTREAM_RETRY_LIMIT_EXCEEDED =
            new ResponseFlag("URX", "UpstreamRetryLimitExceeded", 15);
    public static final ResponseFlag STREAM_IDLE_TIMEOUT =
            new ResponseFlag("SI", "StreamIdleTimeout", 16);
    public static final ResponseFlag INVALID_ENVOY_REQUEST_HEADERS =
            new ResponseFlag("IH", "InvalidEnvoyRequestHeaders", 17);
    public static final ResponseFlag DOWNSTREAM_PROTOCOL_ERROR =
            new ResponseFlag("DPE", "DownstreamProtocolError", 18);
    public static final ResponseFlag UPSTREAM_MAX_STREAM_DURATION_REACHED =
            new ResponseFlag("UMSDR", "UpstreamMaxStreamDurationReached", 19);
    public static final ResponseFlag RESPONSE_FROM_CACHE_FILTER =
            new ResponseFlag("RFCF", "ResponseFromCacheFilter", 20);
    public static final ResponseFlag NO_FILTER_CONFIG_FOUND =
            new ResponseFlag("NFCF", "NoFilterConfigFound", 21);
    public static final ResponseFlag DURATION_TIMEOUT =
            new ResponseFlag("DT", "DurationTimeout", 22);
    public static final ResponseFlag UPSTREAM_PROTOCOL_ERROR =
            new ResponseFlag("UPE", "UpstreamProtocolError", 23);
    public static final ResponseFlag NO_CLUSTER_FOUND =
            new ResponseFlag("NC", "NoClusterFound", 24);
    public static final ResponseFlag OVERLOAD_MANAGER_TERMINATED =
            new ResponseFlag("OM", "OverloadManagerTerminated", 25);
    public static final ResponseFlag DNS_RESOLUTION_FAILED =
            new ResponseFlag("DF", "DnsResolutionFailed", 26);
    public static final ResponseFlag DROP_OVERLOAD = new ResponseFlag("DO", "DropOverload", 27);
    public static final ResponseFlag DOWNSTREAM_REMOTE_RESET =
            new ResponseFlag("DR", "DownstreamRemoteReset", 28);
    public static final ResponseFlag UNCONDITIONAL_DROP_OVERLOAD =
            new ResponseFlag("UDO", "UnconditionalDropOverload", 29);

    /// Envoy's own flags; the position of each is its [#index].
    public static final List<ResponseFlag> CORE =
            List.of(
                    FAILED_LOCAL_HEALTH_CHECK,
                    NO_HEALTHY_UPSTREAM,
                    UPSTREAM_REQUEST_TIMEOUT,
                    LOCAL_RESET,
                    UPSTREAM_REMOTE_RESET,
                    UPSTREAM_CONNECTION_FAILURE,
                    UPSTREAM_CONNECTION_TERMINATION,
                    UPSTREAM_OVERFLOW,
                    NO_ROUTE_FOUND,
                    DELAY_INJECTED,
                    FAULT_INJECTED,
                    RATE_LIMITED,
                    UNAUTHORIZED_EXTERNAL_SERVICE,
                    RATE_LIMIT_SERVICE_ERROR,
                    DOWNSTREAM_CONNECTION_TERMINATION,
                    UPSTREAM_RETRY_LIMIT_EXCEEDED,
                    STREAM_IDLE_TIMEOUT,
                    INVALID_ENVOY_REQUEST_HEADERS,
                    DOWNSTREAM_PROTOCOL_ERROR,
                    UPSTREAM_MAX_STREAM_DURATION_REACHED,
                    RESPONSE_FROM_CACHE_FILTER,
                    NO_FILTER_CONFIG_FOUND,
                    DURATION_TIMEOUT,
                    UPSTREAM_PROTOCOL_ERROR,
                    NO_CLUSTER_FOUND,
                    OVERLOAD_MANAGER_TERMINATED,
                    DNS_RESOLUTION_FAILED,
                    DROP_OVERLOAD,
                    DOWNSTREAM_REMOTE_RESET,
                    UNCONDITIONAL_DROP_OVERLOAD);

    /// A flag of an extension's own; keep it in a constant.
    public static ResponseFlag custom(String shortName, String longName) {
        return new ResponseFlag(shortName, longName, -1);
    }
}
