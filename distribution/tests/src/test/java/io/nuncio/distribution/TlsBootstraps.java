package io.nuncio.distribution;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.TestCertificates;

import java.nio.file.Path;

/// Bootstraps of one listener, `secure`, that speaks TLS and answers by itself.
final class TlsBootstraps {
    private static final String ANSWER =
            "direct_response: {status: 200, body: {inline_string: ok}}";

    /// The first field of the connection manager.
    private static final String MANAGER = "          stat_prefix: secure\n";

    /// More of a bootstrap: the JDK's own TLS.
    static final String ON_JDK =
            """
            layered_runtime:
              layers:
              - name: base
                static_layer: {nuncio: {tls: {use_jdk: true}}}
            """;

    private TlsBootstraps() {}

    /// @param common the fields of `common_tls_context`, from the first column on
    static NuncioServer start(String common) throws Exception {
        return start(common, "{}");
    }

    /// @param downstream more fields of the `DownstreamTlsContext`
    static NuncioServer start(String common, String downstream) throws Exception {
        return start(common, downstream, "", "");
    }

    /// With the JDK's own TLS.
    static NuncioServer startOnJdk(String common, String downstream) throws Exception {
        return started(text(common, downstream, "", "") + ON_JDK);
    }

    /// With an admin server.
    static NuncioServer startWithAdmin(String common, String downstream) throws Exception {
        return started(
                text(common, downstream, "", "")
                        + "admin: {address: {socket_address: {address: 127.0.0.1, port_value:"
                        + " 0}}}\n");
    }

    /// The listener logs its connections.
    static NuncioServer startLogging(String common, String downstream, Path log, String format)
            throws Exception {
        return start(
                common,
                downstream,
                "",
                """
                    access_log:
                    - name: envoy.access_loggers.file
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                        path: %s
                        log_format: {text_format_source: {inline_string: "%s\\n"}}
                """
                        .formatted(log, format));
    }

    static NuncioServer startWithHandshakeTimeout(String common, String timeout) throws Exception {
        return start(common, "{}", "      transport_socket_connect_timeout: " + timeout + "\n", "");
    }

    /// Requests go to a plain upstream.
    static NuncioServer startBefore(int upstream, String common) throws Exception {
        return startBefore(upstream, common, "", "");
    }

    /// The same.
    ///
    /// @param manager more fields of the connection manager
    /// @param match more conditions of the only route, as the rest of a flow mapping
    static NuncioServer startBefore(int upstream, String common, String manager, String match)
            throws Exception {
        return started(
                textBefore(upstream, common)
                        .replace(MANAGER, MANAGER + manager.indent(10))
                        .replace("{prefix: \"/\"}", "{prefix: \"/\"" + match + "}"));
    }

    /// The bootstrap of a proxy before a plain upstream.
    static String textBefore(int upstream, String common) {
        return text(common).replace(ANSWER, "route: {cluster: upstream}")
                + """
                  clusters:
                  - name: upstream
                    load_assignment:
                      cluster_name: upstream
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """
                        .formatted(upstream);
    }

    private static NuncioServer start(
            String common, String downstream, String chain, String listener) throws Exception {
        return started(text(common, downstream, chain, listener));
    }

    /// The bootstrap alone, to add to.
    static String text(String common) {
        return text(common, "{}", "", "");
    }

    private static String text(String common, String downstream, String chain, String listener) {
        return """
        static_resources:
          listeners:
          - name: secure
            stat_prefix: secure
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        %s    filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: secure
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: {prefix: "/"}
                        %s
                  http_filters:
                  - name: router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        %s      transport_socket:
                name: envoy.transport_sockets.tls
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
        %s          common_tls_context:
        %s
        """
                .formatted(
                        listener,
                        ANSWER,
                        chain,
                        downstream.equals("{}") ? "" : downstream.indent(10),
                        common.indent(12));
    }

    private static NuncioServer started(String yaml) throws Exception {
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml);
    }

    /// `tls_certificates` with one that stands in the text.
    static String certificate(TestCertificates.Identity identity) {
        return certificate(identity.certificatePem(), identity.keyPem());
    }

    static String certificate(String chain, String key) {
        return "tls_certificates:\n" + oneCertificate(chain, key);
    }

    /// One element of `tls_certificates`.
    static String oneCertificate(String chain, String key) {
        return "- certificate_chain:\n    inline_string: |\n"
                + chain.indent(6)
                + "  private_key:\n    inline_string: |\n"
                + key.indent(6);
    }

    /// A `validation_context` with that authority.
    static String trusting(TestCertificates authority) {
        return "validation_context:\n  trusted_ca:\n    inline_string: |\n"
                + authority.pem().indent(6);
    }
}
