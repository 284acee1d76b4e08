package io.nuncio.distribution;

import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Predicate;

/// A proxy beside a service, in a process of its own: `egress` takes the service's requests in
/// plaintext and sends them to another sidecar by mutual TLS, `ingress` takes those of other
/// sidecars. Requests to `/impostor` go out with a certificate of somebody else's domain.
final class Sidecar implements AutoCloseable {
    static final String DOMAIN = "spiffe://mesh.example/";

    private static final String LOG =
            "%REQ(X-REQUEST-ID)% %PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS%"
                    + " %UPSTREAM_TRANSPORT_FAILURE_REASON%";

    private final Path folder;
    private final RunningProxy proxy;

    private Sidecar(Path folder, RunningProxy proxy) {
        this.folder = folder;
        this.proxy = proxy;
    }

    /// The name that a service's certificate has.
    static String id(String service) {
        return DOMAIN + "ns/default/sa/" + service;
    }

    /// Where the other sidecar is, is said later.
    ///
    /// @param service whose sidecar it is, listening at `port`
    /// @param peer the service that the other sidecar stands for
    static Sidecar start(
            Path folder, TestCertificates authority, String service, int port, String peer)
            throws IOException, InterruptedException {
        Files.createDirectory(folder);
        write(folder, "eds.yaml", "resources: []\n");
        Identity own = authority.request(service).uri(id(service)).issue();
        Identity impostor =
                authority.request(service).uri("spiffe://other.example/sa/" + service).issue();
        String config =
                """
                admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
                static_resources:
                  listeners:
                  - name: egress
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                %s
                  - name: ingress
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    access_log:
                %s
                    filter_chains:
                    - filters:
                %s
                      transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          require_client_certificate: true
                          common_tls_context:
                            alpn_protocols: [h2, http/1.1]
                %s
                  clusters:
                  - name: service
                    load_assignment:
                      cluster_name: service
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                %s%s
                """
                        .formatted(
                                manager(folder, "egress", "", EGRESS_ROUTES).indent(6),
                                fileLog(
                                                folder.resolve("connections.log"),
                                                "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%")
                                        .indent(4),
                                manager(folder, "ingress", INGRESS, INGRESS_ROUTES).indent(6),
                                tls(own, authority, "{prefix: \"" + DOMAIN + "\"}").indent(12),
                                port,
                                cluster(folder, "peer", own, authority, peer).indent(2),
                                cluster(folder, "impostor", impostor, authority, peer).indent(2));
        return new Sidecar(
                folder, RunningProxy.start(folder, config, "--file-flush-interval-msec", "50"));
    }

    private static final String EGRESS_ROUTES =
            """
            - match: {prefix: /impostor}
              route: {cluster: impostor}
            - match: {prefix: /}
              route: {cluster: peer}
            """;

    private static final String INGRESS_ROUTES =
            """
            - match: {prefix: /, tls_context: {presented: true, validated: true}}
              route: {cluster: service}
            """;

    private static final String INGRESS =
            """
            forward_client_cert_details: SANITIZE_SET
            set_current_client_cert_details: {uri: true}
            preserve_external_request_id: true
            """;

    private static String manager(Path folder, String name, String fields, String routes) {
        return """
        - name: hcm
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
            stat_prefix: %s
            use_remote_address: true
            always_set_request_id_in_response: true
        %s    access_log:
        %s    route_config:
              virtual_hosts:
              - name: all
                domains: ["*"]
                routes:
        %s    http_filters:
            - name: router
              typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """
                .formatted(
                        name,
                        fields.indent(4),
                        fileLog(folder.resolve(name + ".log"), LOG).indent(4),
                        routes.indent(8));
    }

    private static String fileLog(Path path, String format) {
        return """
        - name: envoy.access_loggers.file
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
            path: %s
            log_format: {text_format_source: {inline_string: "%s\\n"}}
        """
                .formatted(path, format);
    }

    /// The fields of a `common_tls_context`.
    private static String tls(Identity own, TestCertificates authority, String peerNames) {
        return TlsBootstraps.certificate(own)
                + TlsBootstraps.trusting(authority)
                + "  match_typed_subject_alt_names: [{san_type: URI, matcher: "
                + peerNames
                + "}]\n";
    }

    private static String cluster(
            Path folder, String name, Identity own, TestCertificates authority, String peer) {
        return """
        - name: %s
          type: EDS
          eds_cluster_config:
            service_name: peer
            eds_config: {path_config_source: {path: %s/eds.yaml}}
          typed_extension_protocol_options:
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
              "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
              auto_config: {}
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
              common_tls_context:
        %s
        """
                .formatted(
                        name,
                        folder,
                        tls(own, authority, "{exact: \"" + id(peer) + "\"}").indent(8));
    }

    /// Says where the other sidecar is, and waits until that is known.
    void meet(Sidecar other) throws IOException, InterruptedException {
        write(
                folder,
                "eds.yaml",
                """
                resources:
                - "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
                  cluster_name: peer
                  endpoints:
                  - lb_endpoints:
                    - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """
                        .formatted(other.proxy.port("ingress")));
        for (String cluster : List.of("peer", "impostor")) {
            proxy.awaitStat("cluster." + cluster + ".membership_total", 1);
        }
    }

    private static void write(Path folder, String name, String content) throws IOException {
        Path fresh = Files.writeString(folder.resolve(name + ".new"), content);
        Files.move(
                fresh,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// Where the service sends its requests.
    InetSocketAddress egress() throws IOException, InterruptedException {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("egress"));
    }

    long stat(String name) throws IOException, InterruptedException {
        return proxy.stat(name);
    }

    /// The first entry of a log that fits, once there is one.
    ///
    /// @param log `egress`, `ingress` or `connections`
    String logged(String log, Predicate<String> fits) throws IOException, InterruptedException {
        Path file = folder.resolve(log + ".log");
        return LogLines.await(file, "such an entry", lines -> lines.stream().anyMatch(fits))
                .stream()
                .filter(fits)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        proxy.close();
    }
}
