package io.nuncio.kernel.stats;

import java.util.ArrayList;
import java.util.List;

/// Envoy's default tags and how they are found: by a regular expression or token by token, the
/// expressions first.
final class DefaultTags {
    private static final String ADDRESS =
            "(?:(?:\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[[a-fA-F_\\d]+\\])_\\d+)";
    private static final String CIPHER = "[\\w-]+";
    private static final String TLS_VERSION = "TLSv\\d\\.\\d";
    private static final String ROUTE_CONFIG_NAME = "[\\w-\\./]+";
    private static final String SCOPED_ROUTE_CONFIG_NAME = "[\\w-\\.]+";
    private static final String LISTENER_OR_CLUSTER = "(?:listener|cluster)\\..*?";
    private static final String PROXY_PROTOCOL_VERSION = "\\d";
    private static final String VALUE = "[^\\.]+";

    private static final List<Default> ALL =
            List.of(
                    new Default("envoy.response_code", "_rq(_(\\d{3}))$", "_rq_", ""),
                    new Default("envoy.response_code_class", "_rq_((\\d))xx$", "_rq_", ""),
                    new Default(
                            "envoy.dynamo_partition_id",
                            "^http\\."
                                    + VALUE
                                    + "\\.dynamodb\\.table\\."
                                    + VALUE
                                    + "\\.capacity\\."
                                    + VALUE
                                    + "(\\.__partition_id=(\\w{7}))$",
                            ".dynamodb.table.",
                            ""),
                    new Default(
                            "envoy.dynamo_operation",
                            "^http\\."
                                    + VALUE
                                    + "\\.dynamodb.(?:operation|table\\."
                                    + VALUE
                                    + "\\.capacity)(\\.("
                                    + VALUE
                                    + "))(?:\\.|$)",
                            ".dynamodb.",
                            ""),
                    new Default(
                            "envoy.dynamo_table",
                            "^http\\."
                                    + VALUE
                                    + "\\.dynamodb.(?:table|error)\\.(("
                                    + VALUE
                                    + ")\\.)",
                            ".dynamodb.",
                            ""),
                    new Default(
                            "envoy.ssl_cipher",
                            "^listener\\..*?\\.ssl\\.ciphers(\\.(" + CIPHER + "))$",
                            ".ssl.ciphers.",
                            ""),
                    new Default(
                            "envoy.ssl_curve",
                            "^" + LISTENER_OR_CLUSTER + "\\.ssl\\.curves(\\.(" + CIPHER + "))$",
                            ".ssl.curves.",
                            ""),
                    new Default(
                            "envoy.ssl_sigalg",
                            "^" + LISTENER_OR_CLUSTER + "\\.ssl\\.sigalgs(\\.(" + CIPHER + "))$",
                            ".ssl.sigalgs.",
                            ""),
                    new Default(
                            "envoy.ssl_version",
                            "^"
                                    + LISTENER_OR_CLUSTER
                                    + "\\.ssl\\.versions(\\.("
                                    + TLS_VERSION
                                    + "))$",
                            ".ssl.versions.",
                            ""),
                    new Default(
                            "cipher_suite",
                            "^cluster\\." + VALUE + "\\.ssl\\.ciphers(\\.(" + CIPHER + "))$",
                            ".ssl.ciphers.",
                            ""),
                    new Default(
                            "envoy.http_conn_manager_prefix",
                            "^listener\\..*?\\.http\\.((" + VALUE + ")\\.)",
                            ".http.",
                            ""),
                    new Default(
                            "envoy.worker_id",
                            "^(?:listener\\.(?:"
                                    + ADDRESS
                                    + "|"
                                    + VALUE
                                    + ")|server|listener_manager|thread_local_cluster_manager)\\.worker_((\\d+)\\.)",
                            "",
                            ""),
                    new Default(
                            "envoy.listener_address",
                            "^listener\\.((" + ADDRESS + "|" + VALUE + ")\\.)",
                            "",
                            "admin"),
                    new Default(
                            "envoy.rds_route_config",
                            "^http\\." + VALUE + "\\.rds\\.((" + ROUTE_CONFIG_NAME + ")\\.)\\w+?$",
                            ".rds.",
                            ""),
                    new Default(
                            "envoy.scoped_rds_config",
                            "^http\\."
                                    + VALUE
                                    + "\\.scoped_rds\\.(("
                                    + SCOPED_ROUTE_CONFIG_NAME
                                    + ")\\.)\\w+?$",
                            ".scoped_rds.",
                            ""),
                    new Default(
                            "envoy.rbac_policy_name",
                            "^http\\."
                                    + VALUE
                                    + "\\.rbac\\.(?:"
                                    + VALUE
                                    + "\\.)?policy\\.(("
                                    + VALUE
                                    + ")\\.)(allowed|shadow_allowed|denied|shadow_denied)$",
                            "",
                            ""),
                    new Default(
                            "envoy.rbac_http_prefix",
                            "^http\\." + VALUE + "\\.rbac\\.((" + VALUE + ")\\.).*?",
                            "",
                            "policy"),
                    new Default(
                            "envoy.proxy_protocol_prefix",
                            "^proxy_proto\\.((" + VALUE + ")\\.).+$",
                            "",
                            "versions"),
                    new Default(
                            "envoy.proxy_protocol_version",
                            "^proxy_proto\\.((?:"
                                    + VALUE
                                    + "\\.)?versions\\.v("
                                    + PROXY_PROTOCOL_VERSION
                                    + ")\\.)\\w+$",
                            "",
                            ""),
                    new Default(
                            "envoy.tls_certificate",
                            "^"
                                    + LISTENER_OR_CLUSTER
                                    + "\\.ssl\\.certificate\\.(("
                                    + VALUE
                                    + ")\\.).*$",
                            ".ssl.certificate",
                            ""),
                    new Default("envoy.mongo_callsite", "mongo.*.collection.*.callsite.$.query.**"),
                    new Default("envoy.mongo_collection", "mongo.*.collection.$.**.query.*"),
                    new Default("envoy.mongo_cmd", "mongo.*.cmd.$.**"),
                    new Default("envoy.grpc_bridge_method", "cluster.*.grpc.*.$.**"),
                    new Default("envoy.http_user_agent", "http.*.user_agent.$.**"),
                    new Default("envoy.virtual_cluster", "vhost.*.vcluster.$.**"),
                    new Default("envoy.fault_downstream_cluster", "http.*.fault.$.**"),
                    new Default("envoy.grpc_bridge_service", "cluster.*.grpc.$.**"),
                    new Default("envoy.tcp_prefix", "tcp.$.**"),
                    new Default("envoy.udp_prefix", "udp.$.**"),
                    new Default("envoy.clientssl_prefix", "auth.clientssl.$.**"),
                    new Default("envoy.ratelimit_prefix", "ratelimit.$.**"),
                    new Default("envoy.cluster_name", "cluster.$.**"),
                    new Default("envoy.ext_authz_prefix", "cluster.*.ext_authz.$.**"),
                    new Default("envoy.ext_authz_prefix", "http.*.ext_authz.$.**"),
                    new Default("envoy.http_conn_manager_prefix", "http.$.**"),
                    new Default("envoy.virtual_host", "vhost.$.**"),
                    new Default("envoy.mongo_prefix", "mongo.$.**"),
                    new Default("envoy.route", "vhost.*.route.$.**"),
                    new Default("envoy.thrift_prefix", "thrift.$.**"),
                    new Default("envoy.redis_prefix", "redis.$.**"),
                    new Default("envoy.local_http_ratelimit_prefix", "$.http_local_rate_limit.**"),
                    new Default("envoy.local_network_ratelimit_prefix", "local_rate_limit.$.**"),
                    new Default(
                            "envoy.local_listener_ratelimit_prefix",
                            "listener_local_ratelimit.$.**"),
                    new Default("envoy.dns_filter_prefix", "dns_filter.$.**"),
                    new Default("envoy.connection_limit_prefix", "connection_limit.$.**"),
                    new Default("envoy.rbac_prefix", "$.rbac.**"),
                    new Default("envoy.google_grpc_client_prefix", "grpc.$.**"));

    private DefaultTags() {}

    static List<TagExtractor> all() {
        List<TagExtractor> extractors = new ArrayList<>(ALL.size());
        for (Default entry : ALL) {
            extractors.add(entry.extractor());
        }
        return extractors;
    }

    /// The extractors of one tag; empty if it is none of the defaults.
    static List<TagExtractor> named(String tag) {
        List<TagExtractor> extractors = new ArrayList<>(2);
        for (Default entry : ALL) {
            if (entry.tag.equals(tag)) {
                extractors.add(entry.extractor());
            }
        }
        return extractors;
    }

    private record Default(
            String tag, String pattern, boolean tokens, String mustContain, String notValue) {
        Default(String tag, String tokens) {
            this(tag, tokens, true, "", "");
        }

        Default(String tag, String regex, String mustContain, String notValue) {
            this(tag, regex, false, mustContain, notValue);
        }

        TagExtractor extractor() {
            return tokens
                    ? new TokenTag(tag, pattern)
                    : PatternTag.of(tag, pattern, mustContain, notValue);
        }
    }
}
