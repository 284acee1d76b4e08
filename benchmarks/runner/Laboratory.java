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
    private static final List<String> LISTENERS = List.of("HTTP1", "HTTP2", "HTTP2_TO_HTTP2");

    private final Settings settings;
    private final Path temporary;
    private final Map<String, Integer> upstreamPorts;
    private final Map<String, Server> servers = new LinkedHashMap<>();
    private String refusal = "";

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

    private List<String> command(String proxy, Map<String, Integer> ports)
            throws IOException, InterruptedException {
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

    private List<String> nuncio(Map<String, Integer> ports)
            throws IOException, InterruptedException {
        String launcher = settings.nuncio().resolve("bin/nuncio").toString();
        Path all = configuration("nuncio.yaml", ports);
        Path served = all;
        Process check =
                new ProcessBuilder(launcher, "--mode", "validate", "-c", all.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(check.getInputStream().readAllBytes());
        if (check.waitFor() != 0) {
            refusal = output.lines().findFirst().orElse("").replace(temporary + "/", "");
            served = configuration("nuncio-http1.yaml", ports);
        }
        return List.of(launcher, "-c", served.toString(), "--concurrency", "1");
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

    /// Why a proxy has no figures for a profile; empty if it has.
    String impossible(String proxy, Profile profile) {
        if (proxy.equals("nuncio") && !refusal.isEmpty() && !profile.listener().equals("HTTP1")) {
            return "nuncio does not take the configuration yet: " + refusal;
        }
        return profile.impossibleFor(proxy);
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
