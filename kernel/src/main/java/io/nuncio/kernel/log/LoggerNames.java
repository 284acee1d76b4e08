package io.nuncio.kernel.log;

import java.util.List;

/// The names of loggers: Envoy's, and ours for what Envoy has not.
public final class LoggerNames {
    /// In the order of their names, as the admin lists them.
    public static final List<String> ALL =
            List.of(
                    "admin",
                    "alternate_protocols_cache",
                    "assert",
                    "aws",
                    "backtrace",
                    "basic_auth",
                    "cache_filter",
                    "client",
                    "config",
                    "conn_handler",
                    "connection",
                    "decompression",
                    "dns",
                    "dubbo",
                    "envoy_bug",
                    "ext_authz",
                    "ext_proc",
                    "extension",
                    "file",
                    "filter",
                    "forward_proxy",
                    "geolocation",
                    "golang",
                    "grpc",
                    "happy_eyeballs",
                    "hc",
                    "health_checker",
                    "http",
                    "http2",
                    "hystrix",
                    "init",
                    "io",
                    "jwt",
                    "kafka",
                    "key_value_store",
                    "lua",
                    "main",
                    "matcher",
                    "misc",
                    "mongo",
                    "multi_connection",
                    "oauth2",
                    "pool",
                    "quic",
                    "quic_stream",
                    "rate_limit_quota",
                    "rbac",
                    "rds",
                    "redis",
                    "rocketmq",
                    "router",
                    "runtime",
                    "secret",
                    "stats",
                    "tap",
                    "testing",
                    "thrift",
                    "tracing",
                    "udp",
                    "upstream",
                    "wasm",
                    "websocket");

    /// Where everything belongs that logs under a name of its own, as libraries do.
    public static final String OTHERS = "misc";

    private LoggerNames() {}
}
