package io.nuncio.distribution;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/// A proxy with one listener, whose only filter chain has the network filters that the test names,
/// and which logs its connections.

final class ChainedProxy implements AutoCloseable {
    static final String ECHO = filter("echo", "echo.v3.Echo", "");

    private final Path log;
    private final NuncioServer server;

    /// @param format of the listener's access log, in single quotes' inside
    /// @param more of the listener, lines from column 0
    /// @param filters and what else the filter chain has, lines from column 0
    ChainedProxy(Path folder, String format, String more, String... filters) throws Exception {
        this(folder, Map.of(), format, more, filters);
    }

    /// @param clusters by name the ports of their hosts
    ChainedProxy(
            Path folder,
            Map<String, Integer> clusters,
            String format,
            String more,
            String... filters)
            throws Exception {
        log = folder.resolve("connections.log");
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        static_resources:
                          listeners:
                          - name: l
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            access_log:
                            - name: envoy.access_loggers.file
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                                path: %s
                                log_format: { text_format_source: { inline_string: '%s' } }
                        %s    filter_chains:
                            - filters:
                        %s
                          clusters: [%s]
                        """
                                .formatted(
                                        log,
                                        format + "\n\n",
                                        more.indent(4),
                                        String.join("\n", filters).indent(6),
                                        clusters(clusters)),
                        "--file-flush-interval-msec",
                        "20");
    }

    private static String clusters(Map<String, Integer> ports) {
        var clusters = new StringJoiner(", ");
        ports.forEach((name, port) ->
                clusters.add(
                        "{ name: %1$s, load_assignment: { cluster_name: %1$s, endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %2$d } } } }] }] } }"
                                .formatted(name, port)));
        return clusters.toString();
    }

    /// A network filter as an entry of a list.
    ///
    /// @param type below `envoy.extensions.filters.network`
    /// @param config what is in its configuration, as a flow mapping's contents
    static String filter(String name, String type, String config) {
        return """
        - name: envoy.filters.network.%s
          typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.%s, %s }\
        """
                .formatted(name, type, config);
    }

    NuncioServer server() {
        return server;
    }

    RawClient client() {
        return server.client("l");
    }

    /// The entries of the listener's access log, once there are as many.
    List<String> logged(int count) throws IOException, InterruptedException {
        return LogLines.await(log, count);
    }

    @Override
    public void close() {
        server.close();
    }
}
