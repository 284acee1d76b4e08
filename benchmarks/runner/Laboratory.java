import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The upstream and all proxies, running at once and idle, with their files in a temporary folder.
/// Only one has load at a time.
final class Laboratory implements AutoCloseable {
    private static final List<String> LISTENERS =
            List.of("HTTP1", "HTTP2", "HTTP2_TO_HTTP2", "TLS", "TCP");

    private final Settings settings;
    private final Path temporary;
    private final Map<String, Integer> upstreamPorts;
    private final Map<String, Server> servers = new LinkedHashMap<>();

    Laboratory(Settings settings) throws IOException, InterruptedException {
        this.settings = settings;
        this.temporary = Files.createTempDirectory("nuncio-benchmarks-");
        this.upstreamPorts = Ports.free(List.of("UPSTREAM", "UPSTREAM_HTTP2"));
        try {
            start();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void start() throws IOException, InterruptedException {
        // nginx gives up the rights of root and must still read the files.
        temporary.toFile().setExecutable(true, false);
        temporary.toFile().setReadable(true, false);
        Path files = Files.createDirectory(temporary.resolve("files"));
        Files.write(files.resolve("100k"), new byte[100 * 1024]);
        makeCertificate();

        servers.put(
                "upstream",
                Server.start(
                        nginx(configuration("upstream.conf", upstreamPorts)),
                        settings.loadCore(),
                        upstreamPorts,
                        temporary.resolve("upstream.out")));
        for (String proxy : settings.proxies()) {
            Map<String, Integer> ports = Ports.free(LISTENERS);
            servers.put(
                    proxy,
                    Server.start(
                            command(proxy, ports),
                            settings.proxyCore(),
                            ports,
                            temporary.resolve(proxy + ".out")));
        }
    }

    private List<String> command(String proxy, Map<String, Integer> ports) throws IOException {
        return switch (proxy) {
            case "nginx" -> nginx(configuration("nginx.conf", ports));
            case "haproxy" ->
                    List.of("haproxy", "-db", "-f", configuration("haproxy.cfg", ports).toString());
            default -> nuncio(ports);
        };
    }

    private static List<String> nginx(Path configuration) {
        Path errors = configuration.resolveSibling(configuration.getFileName() + ".log");
        return List.of(
                "nginx",
                "-e",
                errors.toString(),
                "-c",
                configuration.toString(),
                "-g",
                "daemon off;");
    }

    private List<String> nuncio(Map<String, Integer> ports) throws IOException {
        return List.of(
                settings.nuncio().resolve("bin/nuncio").toString(),
                "-c",
                configuration("nuncio.yaml", ports).toString(),
                "--concurrency",
                "1");
    }

    /// One for all: P-256, signed by itself; HAProxy wants it in one file with its key.
    private void makeCertificate() throws IOException, InterruptedException {
        Path chain = temporary.resolve("certificate.pem");
        Path key = temporary.resolve("key.pem");
        String output =
                Commands.output(
                        List.of(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=benchmark",
                                "-keyout",
                                key.toString(),
                                "-out",
                                chain.toString()));
        if (!Files.exists(chain)) {
            throw new IOException("openssl made no certificate:\n" + output);
        }
        Files.writeString(
                temporary.resolve("both.pem"), Files.readString(chain) + Files.readString(key));
    }

    private Path configuration(String name, Map<String, Integer> ports) throws IOException {
        String text = Files.readString(settings.home().resolve("conf").resolve(name));
        text = text.replace("@TEMP@", temporary.toString());
        for (Map<String, Integer> some : List.of(upstreamPorts, ports)) {
            for (Map.Entry<String, Integer> port : some.entrySet()) {
                text = text.replace("@" + port.getKey() + "@", port.getValue().toString());
            }
        }
        return Files.writeString(temporary.resolve(name), text);
    }

    Server server(String proxy) {
        return servers.get(proxy);
    }

    Path temporary() {
        return temporary;
    }

    @Override
    public void close() {
        servers.values().forEach(Server::close);
        try (Stream<Path> files = Files.walk(temporary)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("left behind: " + temporary);
        }
    }
}
