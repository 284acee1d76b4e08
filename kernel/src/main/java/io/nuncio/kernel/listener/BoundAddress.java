package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// One of a listener's addresses with its sockets: one per worker if they can share the address,
/// else one for all. Thread: main.
final class BoundAddress {
    private final Address address;
    private final List<ListenSocket> sockets;

    private BoundAddress(Address address, List<ListenSocket> sockets) {
        this.address = address;
        this.sockets = List.copyOf(sockets);
    }

    /// Binds all sockets, or none.
    static BoundAddress bind(ListenAddress at, List<WorkerLoop> workers) throws BindFailure {
        ListenOptions options = at.socket();
        Address address = at.address();
        List<ListenSocket> sockets = new ArrayList<>();
        try {
            for (WorkerLoop worker : workers) {
                ListenSocket socket = ListenSocket.bind(worker, address, options);
                sockets.add(socket);
                address = socket.address(); // the others shall have the same port
                if (!options.reusePort() || !worker.engine().supportsReusePort()) {
                    break;
                }
            }
        } catch (BindFailure failure) {
            sockets.forEach(ListenSocket::close);
            throw failure;
        }
        return new BoundAddress(address, sockets);
    }

    /// With the port that the system chose.
    Address address() {
        return address;
    }

    List<ListenSocket> sockets() {
        return sockets;
    }

    /// Begins to accept.
    ///
    /// @param balance null if each worker keeps what it accepts
    /// @param done run once on a loop, when whoever accepted before does so no more
    void accept(List<WorkerListener> parts, @Nullable ExactBalance balance, Runnable done) {
        AtomicInteger waiting = new AtomicInteger(sockets.size());
        Runnable oneDone =
                () -> {
                    if (waiting.decrementAndGet() == 0) {
                        done.run();
                    }
                };
        if (balance != null) {
            sockets.forEach(
                    socket -> socket.accept(SharedSocket.balanced(parts, balance), oneDone));
        } else if (sockets.size() < parts.size()) {
            sockets.forEach(socket -> socket.accept(SharedSocket.inTurn(parts), oneDone));
        } else {
            for (int index = 0; index < sockets.size(); index++) {
                sockets.get(index).accept(parts.get(index), oneDone);
            }
        }
    }

    void close() {
        sockets.forEach(ListenSocket::close);
    }

    /// @param done run once on a loop, when connections are refused
    void close(Runnable done) {
        AtomicInteger waiting = new AtomicInteger(sockets.size());
        for (ListenSocket socket : sockets) {
            socket.close(() -> {
                if (waiting.decrementAndGet() == 0) {
                    done.run();
                }
            });
        }
    }
}
