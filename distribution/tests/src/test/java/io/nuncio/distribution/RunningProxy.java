package io.nuncio.distribution;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A proxy in a process of its own, ready to serve; ended when closed.
public final class RunningProxy implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final String admin;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningProxy(Process process, Path log, String admin) {
        this.process = process;
        this.log = log;
        this.admin = admin;
    }

    /// Starts the launcher and waits until the proxy is ready.
    ///
    /// @param folder for its files
    /// @param config a bootstrap whose admin listens on port 0
    public static RunningProxy start(Path folder, String config, String... arguments)
            throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("config.yaml"), config);
        Path address = folder.resolve("admin-address");
        Path log = folder.resolve("log");
        var command = new ArrayList<String>();
        command.addAll(List.of(Distribution.LAUNCHER.toString(), "-c", file.toString()));
        command.addAll(List.of("--admin-address-path", address.toString(), "--concurrency", "1"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        Distribution.leaveClassArchive(builder);
        Process process = builder.start();
        var proxy = new RunningProxy(process, log, awaitText(process, address, log));
        proxy.awaitReady();
        return proxy;
    }

    private static String awaitText(Process process, Path file, Path log)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file) || Files.size(file) == 0) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "the proxy did not start:\n" + Files.readString(log));
            }
        }
        return Files.readString(file).strip();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (get("http://" + admin + "/ready").statusCode() != 200) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "the proxy is not ready:\n" + Files.readString(log));
            }
        }
    }

    /// A page of the admin server.
    public String admin(String path) throws IOException, InterruptedException {
        return get("http://" + admin + path).body();
    }

    /// The port of a listener.
    public int port(String listener) throws IOException, InterruptedException {
        String listeners = admin("/listeners");
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(listener) + "::127\\.0\\.0\\.1:(\\d+)$")
                        .matcher(listeners);
        if (!line.find()) {
            throw new IllegalStateException("no listener " + listener + " in\n" + listeners);
        }
        return Integer.parseInt(line.group(1));
    }

    public HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    public long pid() {
        return process.pid();
    }

    /// A counter or gauge as `/stats` shows it now.
    public long stat(String name) throws IOException, InterruptedException {
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(name) + ": (\\d+)$")
                        .matcher(admin("/stats?filter=" + name));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /// Waits until a counter or gauge has a value.
    public void awaitStat(String name, long value) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        for (long now = stat(name); now != value; now = stat(name)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("expected " + name + " to be " + value + ", was " + now);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    /// Asks the process to end and waits.
    ///
    /// @return its exit code
    public int end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the proxy did not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly();
        process.onExit().join(); // it may still write to the test's folder
    }
}
