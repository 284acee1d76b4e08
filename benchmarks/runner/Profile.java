import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A kind of work, the same for every proxy.
enum Profile {
    H1_64("h1-64", "130-byte answers, HTTP/1, 64 connections", Generator.WRK, 64, "/"),
    H1_512("h1-512", "130-byte answers, HTTP/1, 512 connections", Generator.WRK, 512, "/"),
    POST_1K("post-1k", "1 KB POST, HTTP/1, 64 connections", Generator.WRK_POST, 64, "/post"),
    GET_100K(
            "get-100k", "100 KB answers, HTTP/1, 64 connections", Generator.WRK, 64, "/files/100k"),
    H2_H1(
            "h2-h1",
            "130-byte answers, HTTP/2 to HTTP/1, 16 connections of 32 streams",
            Generator.H2LOAD,
            16,
            "/"),
    H2_H2(
            "h2-h2",
            "130-byte answers, HTTP/2 to HTTP/2, 16 connections of 32 streams",
            Generator.H2LOAD,
            16,
            "/"),
    TLS_H1(
            "tls-h1",
            "130-byte answers, TLS 1.3 with HTTP/1, 64 connections",
            Generator.WRK,
            64,
            "/"),
    TLS_H2(
            "tls-h2",
            "130-byte answers, TLS 1.3 with HTTP/2 to HTTP/1, 16 connections of 32 streams",
            Generator.H2LOAD,
            16,
            "/"),
    TLS_100K(
            "tls-100k",
            "100 KB answers, TLS 1.3 with HTTP/1, 64 connections",
            Generator.WRK,
            64,
            "/files/100k"),
    TCP("tcp", "130-byte answers through raw TCP, 64 connections", Generator.WRK, 64, "/"),
    TCP_100K(
            "tcp-100k",
            "100 KB answers through raw TCP, 64 connections",
            Generator.WRK,
            64,
            "/files/100k"),
    RATE(
            "rate",
            "130-byte answers, HTTP/1, 64 connections, at 70% of the slowest proxy's most",
            Generator.FIXED_RATE,
            64,
            "/");

    /// What makes the load.
    enum Generator {
        WRK,
        WRK_POST,
        H2LOAD,
        FIXED_RATE
    }

    private final String text;
    private final String title;
    private final Generator generator;
    private final int connections;
    private final String path;

    Profile(String text, String title, Generator generator, int connections, String path) {
        this.text = text;
        this.title = title;
        this.generator = generator;
        this.connections = connections;
        this.path = path;
    }

    static Profile of(String name) {
        return Arrays.stream(values())
                .filter(profile -> profile.text.equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "--profiles: was " + name + ", expected some of " + names()));
    }

    static String help() {
        return Arrays.stream(values())
                .map(profile -> "  %-9s %s%n".formatted(profile.text, profile.title))
                .collect(Collectors.joining());
    }

    private static String names() {
        return String.join(",", Arrays.stream(values()).map(profile -> profile.text).toList());
    }

    String text() {
        return text;
    }

    String title() {
        return title;
    }

    Generator generator() {
        return generator;
    }

    int connections() {
        return connections;
    }

    String path() {
        return path;
    }

    /// The name of the port in the configurations.
    String listener() {
        return switch (this) {
            case H1_64, H1_512, POST_1K, GET_100K, RATE -> "HTTP1";
            case H2_H1 -> "HTTP2";
            case H2_H2 -> "HTTP2_TO_HTTP2";
            case TLS_H1, TLS_H2, TLS_100K -> "TLS";
            case TCP, TCP_100K -> "TCP";
        };
    }

    String scheme() {
        return listener().equals("TLS") ? "https" : "http";
    }

    /// Why a proxy has no figures here, whatever its version; empty if it has.
    String impossibleFor(String proxy) {
        if (!proxy.equals("nginx")) {
            return "";
        }
        return switch (this) {
            case H2_H2 -> "nginx speaks no HTTP/2 to its upstreams";
            case TCP, TCP_100K -> "nginx has raw TCP in a module of its own";
            default -> "";
        };
    }

    /// The figure by which proxies are compared.
    double yardstick(Round round) {
        return this == RATE ? round.sample().p99Micros() : round.cpuPerRequest();
    }

    static List<String> tools() {
        return List.of("wrk", "h2load", "nginx", "haproxy", "openssl", "taskset");
    }
}
