package io.nuncio.testkit;

import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.log.LogControl;
import io.nuncio.kernel.server.CommandLineParser;
import io.nuncio.kernel.server.Server;
import io.nuncio.kernel.server.StartFailure;
import io.nuncio.spi.Address;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/// The whole proxy in this process, from a bootstrap in YAML. Use port 0 for listeners and ask for
/// the [#address] they got.
public final class NuncioServer implements AutoCloseable {
    private static final long STEP_MILLIS = 5;

    private final ExtensionRegistry registry;
    private final Server server;
    private final Path store;

    private NuncioServer(ExtensionRegistry registry, Server server, Path store) {
        this.registry = registry;
        this.server = server;
        this.store = store;
    }

    /// Starts a proxy, with two workers if not said otherwise, and returns when its listeners
    /// accept.
    ///
    /// @param bundles the folder of bundles
    /// @param options of the command line, besides the configuration
    /// @throws StartFailure as a person would see it
    public static NuncioServer start(Path bundles, String yaml, String... options)
            throws StartFailure {
        List<String> all = new ArrayList<>(List.of(options));
        if (!all.contains("--concurrency")) {
            all.addAll(List.of("--concurrency", "2"));
        }
        all.addAll(List.of("--config-yaml", yaml));
        CommandLineParser.Result parsed = new CommandLineParser().parse(all.toArray(new String[0]));
        if (!(parsed instanceof CommandLineParser.Result.Parsed(var asked))) {
            throw new IllegalArgumentException(parsed.toString());
        }
        try {
            Path store = Files.createTempDirectory("nuncio-test");
            ExtensionRegistry registry =
                    new ExtensionRegistry(ExtensionRegistry.Settings.of(bundles, store));
            return new NuncioServer(
                    registry, Server.start(asked, registry, LogControl.start(asked.log())), store);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where the proxy keeps verified copies of its bundles.
    public Path store() {
        return store;
    }

    /// Where a listener accepts.
    public InetSocketAddress address(String listener) {
        Address address = server.listenerAddress(listener);
        if (!(address instanceof Address.Ip ip)) {
            throw new IllegalArgumentException("no listener `" + listener + "` on an IP address");
        }
        return new InetSocketAddress(ip.address(), ip.port());
    }

    /// Where the admin server accepts.
    public InetSocketAddress admin() {
        Address address = server.adminAddress();
        if (!(address instanceof Address.Ip ip)) {
            throw new IllegalStateException("the bootstrap has no admin");
        }
        return new InetSocketAddress(ip.address(), ip.port());
    }

    /// A client of a listener.
    public RawClient client(String listener) {
        return RawClient.connect(address(listener));
    }

    /// The value of a counter or gauge, 0 if it was never used.
    public long stat(String name) {
        return server.statValue(name);
    }

    /// Waits until a counter or gauge has a value.
    public void awaitStat(String name, long value) {
        awaitStat(name, now -> now == value, "to be " + value);
    }

    public void awaitStat(String name, LongPredicate condition, String what) {
        long deadline = System.nanoTime() + RawClient.TIMEOUT_MILLIS * 1_000_000L;
        while (!condition.test(stat(name))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("expected " + name + " " + what + ", was " + stat(name));
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(STEP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// What SIGTERM does.
    public void terminate() {
        server.onTerminate();
    }

    /// Blocks until the proxy has ended by itself; the exit code.
    public int awaitEnd() {
        return server.awaitEnd();
    }

    /// A second call does nothing.
    @Override
    public void close() {
        server.close();
        registry.close();
        if (!Files.exists(store)) {
            return;
        }
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
