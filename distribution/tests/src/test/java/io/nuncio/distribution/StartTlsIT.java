package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;

/// A protocol of lines that begins TLS when the client says `STARTTLS`, spoken by a stranger's
/// filter: `far` answers each line with how it came, `near` passes lines on to it by TLS.
class StartTlsIT {
    private static final String FILTER =
            """
            package acme;
            import io.nuncio.spi.*;
            public final class Stamp implements NetworkFilterFactory<Stamp.Config> {
                public record Config(@Default("") String cluster) {}
                @Override public NetworkFilterTemplate configure(Config config, FactoryContext context) {
                    var clusters = context.platform().clusters();
                    return new NetworkFilterTemplate() {
                        @Override public NetworkFilter create(NetworkStream stream) {
                            return config.cluster().isEmpty()
                                    ? new Echo(stream.connection())
                                    : new Forward(stream.connection(), clusters, config.cluster());
                        }
                        @Override public boolean terminal() {
                            return true;
                        }
                    };
                }
                static String line(Buffer data) {
                    String text = data.toString(java.nio.charset.StandardCharsets.US_ASCII);
                    int end = text.indexOf('\\n');
                    if (end < 0) {
                        return null;
                    }
                    data.drain(end + 1);
                    return text.substring(0, end);
                }
                record Echo(Connection connection) implements NetworkFilter {
                    private void say(String text) {
                        connection.write(Buffer.copyOf(text + "\\n"), false);
                    }
                    @Override public NetworkOutcome onData(Buffer data, boolean endStream) {
                        for (String line = line(data); line != null; line = line(data)) {
                            if (!line.equals("STARTTLS")) {
                                say((connection.info().tls() == null ? "plain " : "tls ") + line);
                                continue;
                            }
                            say("READY");
                            if (!connection.startSecureTransport()) {
                                say("CANNOT");
                            }
                        }
                        return NetworkOutcome.STOP;
                    }
                }
            }
            """;

    private static final String FORWARD =
            """
            package acme;
            import io.nuncio.spi.*;
            import io.nuncio.spi.host.*;
            final class Forward implements NetworkFilter {
                private final Connection connection;
                private final Buffer waiting = new Buffer();
                private TcpPool.Opened upstream;
                private boolean ready;
                Forward(Connection connection, Clusters clusters, String cluster) {
                    this.connection = connection;
                    clusters.get(cluster).tcpPool(LoadBalancerContext.NONE)
                            .newConnection(new FromUpstream(), new Callbacks());
                }
                @Override public NetworkOutcome onData(Buffer data, boolean endStream) {
                    if (ready) {
                        upstream.write(data, false);
                    } else {
                        data.moveTo(waiting);
                    }
                    return NetworkOutcome.STOP;
                }
                @Override public void onDestroy() {
                    waiting.clear();
                    if (upstream != null) {
                        upstream.close(Connection.Close.NO_FLUSH, "");
                    }
                }
                private final class Callbacks implements TcpPool.Callbacks {
                    @Override public void onReady(TcpPool.Opened opened) {
                        upstream = opened;
                        opened.write(Buffer.copyOf("STARTTLS\\n"), false);
                    }
                    @Override public void onFailure(HttpPool.Failure failure, UpstreamInfo info) {
                        connection.close(Connection.Close.NO_FLUSH, "");
                    }
                }
                private final class FromUpstream implements TcpPool.Receiver {
                    @Override public void onData(Buffer data, boolean endStream) {
                        if (!ready) {
                            ready = "READY".equals(Stamp.line(data)) && upstream.startSecureTransport();
                            upstream.write(waiting, false);
                        } else {
                            connection.write(data, false);
                        }
                    }
                    @Override public void onEnd(ConnectionEvent event) {
                        connection.close(Connection.Close.FLUSH_WRITE, "");
                    }
                    @Override public void onAboveWriteBufferHighWatermark() {}
                    @Override public void onBelowWriteBufferLowWatermark() {}
                }
            }
            """;

    private final TestCertificates authority = TestCertificates.authority("Test CA");

    @TempDir private Path folder;
    private Path bundles;
    private NuncioServer far;

    @BeforeEach
    void start() throws Exception {
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        new StampBundle()
                .named("com.example.lines")
                .extension("com.example.lines")
                .category("NETWORK_FILTER")
                .imports("io.nuncio.spi.host;version=\"[0.1,1)\"")
                .source("Stamp", FILTER)
                .source("Forward", FORWARD)
                .write(bundles.resolve("lines.jar"));
        far =
                NuncioServer.start(
                        bundles,
                        listeners(
                                """
                                - name: lines
                                  address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                                  filter_chains:
                                  - filters:
                                    - {name: com.example.lines}
                                    transport_socket:
                                      name: envoy.transport_sockets.starttls
                                      typed_config:
                                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.starttls.v3.StartTlsConfig
                                        cleartext_socket_config: {}
                                        tls_socket_config:
                                          common_tls_context:
                                %s
                                - name: plain
                                  address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                                  filter_chains:
                                  - filters:
                                    - {name: com.example.lines}
                                """
                                        .formatted(
                                                TlsBootstraps.certificate(
                                                                authority.issue("far.example"))
                                                        .indent(12))));
    }

    private static String listeners(String text) {
        return "static_resources:\n  listeners:\n" + text.indent(2);
    }

    @AfterEach
    void stop() {
        far.close();
    }

    /// A line without its end.
    private static String line(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int next = socket.getInputStream().read();
                next != '\n';
                next = socket.getInputStream().read()) {
            assertThat(next).as("after " + text).isNotNegative();
            text.append((char) next);
        }
        return text.toString();
    }

    private static String ask(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        return line(socket);
    }

    @Test
    void aConnectionBeginsInPlaintextAndGoesOnInTls() throws Exception {
        try (RawClient plain = far.client("lines")) {
            Socket socket = plain.socket();
            assertThat(ask(socket, "one")).isEqualTo("plain one");
            assertThat(ask(socket, "STARTTLS")).isEqualTo("READY");
            try (SSLSocket secure =
                    (SSLSocket)
                            TestTls.PLAIN
                                    .context()
                                    .getSocketFactory()
                                    .createSocket(socket, "far.example", 1, false)) {
                secure.startHandshake();
                assertThat(ask(secure, "two")).isEqualTo("tls two");
                assertThat(ask(secure, "three")).isEqualTo("tls three");
                assertThat(secure.getSession().getProtocol()).isEqualTo("TLSv1.3");
            }
        }
    }

    @Test
    void aLineSentAheadOfTheHandshakeIsNotTakenForAnEncryptedOne() throws Exception {
        try (RawClient client = far.client("lines")) {
            client.send("STARTTLS\nsmuggled\n");
            assertThat(line(client.socket())).isEqualTo("READY");
            assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("smuggled");
        }
    }

    @Test
    void anotherTransportSocketSaysThatItCannot() throws Exception {
        try (RawClient client = far.client("plain")) {
            assertThat(ask(client.socket(), "STARTTLS")).isEqualTo("READY");
            assertThat(line(client.socket())).isEqualTo("CANNOT");
            assertThat(ask(client.socket(), "still here")).isEqualTo("plain still here");
        }
    }

    @Test
    void aConnectionToAnUpstreamDoesTheSame() throws Exception {
        try (NuncioServer near =
                        NuncioServer.start(
                                bundles,
                                listeners(
                                                """
                                                - name: lines
                                                  address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                                                  filter_chains:
                                                  - filters:
                                                    - name: com.example.lines
                                                      typed_config:
                                                        "@type": type.googleapis.com/xds.type.v3.TypedStruct
                                                        type_url: type.googleapis.com/example.Stamp
                                                        value: {cluster: far}
                                                """)
                                        + """
                                          clusters:
                                          - name: far
                                            transport_socket:
                                              name: envoy.transport_sockets.starttls
                                              typed_config:
                                                "@type": type.googleapis.com/envoy.extensions.transport_sockets.starttls.v3.UpstreamStartTlsConfig
                                                cleartext_socket_config: {}
                                                tls_socket_config:
                                                  common_tls_context:
                                        %s
                                            load_assignment:
                                              cluster_name: far
                                              endpoints:
                                              - lb_endpoints:
                                                - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                                        """
                                                .formatted(
                                                        TlsBootstraps.trusting(authority)
                                                                .indent(12),
                                                        far.address("lines").getPort()));
                RawClient client = near.client("lines")) {
            assertThat(ask(client.socket(), "hello")).isEqualTo("tls hello");
            assertThat(near.stat("cluster.far.ssl.handshake")).isEqualTo(1);
        }
    }
}
