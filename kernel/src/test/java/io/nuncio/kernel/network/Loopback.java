package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.TransportSocketTemplate;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Real loops, sockets on the loopback, and connections made of what is accepted; for tests.
final class Loopback implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final WorkerLoops loops;
    final WorkerLoop worker;
    final BlockingQueue<SocketConnection> accepted = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> filterFailures = new LinkedBlockingQueue<>();
    final BlockingQueue<SocketConnection> destroyed = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    volatile boolean draining;

    Loopback(IoEngine engine) {
        this(engine, 1);
    }

    Loopback(IoEngine engine, int concurrency) {
        loops = WorkerLoops.create(concurrency, engine);
        worker = loops.workers().getFirst();
    }

    final ConnectionOwner owner =
            new ConnectionOwner() {
                @Override
                public boolean drainClose(SocketConnection connection) {
                    return draining;
                }

                @Override
                public void onFilterFailure(SocketConnection connection, Throwable failure) {
                    filterFailures.add(failure);
                }

                @Override
                public void onDestroy(SocketConnection connection) {
                    destroyed.add(connection);
                }
            };

    static Address.Ip anyPort() {
        return new Address.Ip(InetAddress.getLoopbackAddress(), 0);
    }

    /// Listens and serves with the filters.
    ListenSocket serve(int bufferLimit, NetworkFilterTemplate... filters) throws Exception {
        return serveOver(null, bufferLimit, filters);
    }

    /// The same over a transport socket.
    ListenSocket serveOver(
            TransportSocketTemplate transport, int bufferLimit, NetworkFilterTemplate... filters)
            throws Exception {
        ListenSocket socket = ListenSocket.bind(worker, anyPort(), ListenOptions.DEFAULT);
        open.add(socket::close);
        accept(socket, bufferLimit, transport, filters);
        return socket;
    }

    void accept(
            ListenSocket socket,
            int bufferLimit,
            TransportSocketTemplate transport,
            NetworkFilterTemplate... filters) {
        socket.accept(channel -> {
            SocketConnection connection = SocketConnection.accepted(channel, owner, bufferLimit);
            accepted.add(connection);
            connection.start(List.of(filters), transport, null, new Buffer());
        });
    }

    /// A plain blocking client of a listening socket.
    Socket client(ListenSocket server) throws IOException {
        return client(server, 0);
    }

    /// @param receiveBuffer how much the client's side may hold, 0 for the system's default
    Socket client(ListenSocket server, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        open.add(socket);
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(Addresses.toSocket(server.address(), IoEngine.NIO));
        return socket;
    }

    SocketConnection nextAccepted() throws InterruptedException {
        return next(accepted);
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("something within " + PATIENCE).isNotNull();
        return next;
    }

    /// Runs on the worker and waits for the result.
    <T> T onWorker(Supplier<T> task)
            throws InterruptedException, ExecutionException, TimeoutException {
        return on(worker, task);
    }

    static <T> T on(WorkerLoop loop, Supplier<T> task)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.post(() -> {
            try {
                result.complete(task.get());
            } catch (Throwable failure) {
                result.completeExceptionally(failure);
            }
        });
        return result.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    void doOnWorker(Runnable task) throws Exception {
        onWorker(() -> {
            task.run();
            return true;
        });
    }

    /// Waits, round by round of the worker, until the condition holds there.
    void until(BooleanSupplier condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!onWorker(condition::getAsBoolean)) {
            assertThat(System.nanoTime()).as("time until the condition holds").isLessThan(deadline);
            CompletableFuture<Boolean> pause = new CompletableFuture<>();
            worker.post(() -> worker.timer(() -> pause.complete(true)).arm(2_000_000));
            pause.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        loops.close();
    }
}
