import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A proxy or the upstream: a process of ours on one core, with its ports.
final class Server implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Process process;
    private final ProcessTree tree;
    private final Map<String, Integer> ports;

    private Server(Process process, Map<String, Integer> ports) {
        this.process = process;
        this.tree = new ProcessTree(process.toHandle());
        this.ports = ports;
    }

    /// Starts a program and waits until it accepts on its first port.
    ///
    /// @param log for what it prints
    static Server start(List<String> command, int core, Map<String, Integer> ports, Path log)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(Commands.pinned(core));
        all.addAll(command);
        Process process =
                new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        var server = new Server(process, ports);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!accepts(ports.values().iterator().next())) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                server.close();
                throw new IOException(
                        command.getFirst() + " did not start:\n" + Files.readString(log));
            }
        }
        return server;
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    ProcessTree tree() {
        return tree;
    }

    int port(Profile profile) {
        return ports.get(profile.listener());
    }

    @Override
    public void close() {
        Commands.end(process);
    }
}
