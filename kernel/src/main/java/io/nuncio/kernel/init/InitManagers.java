package io.nuncio.kernel.init;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/// All init managers of a server. Thread: main.
public final class InitManagers {
    private final LongSupplier nanoTime;
    private final InitManager server;
    private final Set<InitManager> others = new LinkedHashSet<>();

    /// @param nanoTime the main thread's clock
    public InitManagers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.server = new InitManager("Server", nanoTime);
    }

    /// What the server waits for before its listeners accept.
    public InitManager server() {
        return server;
    }

    /// Makes one for an owner that comes later, such as a listener.
    public InitManager create(String owner) {
        InitManager made = new InitManager(owner, nanoTime);
        others.add(made);
        return made;
    }

    /// The owner is ready or gone.
    public void forget(InitManager manager) {
        manager.cancel();
        others.remove(manager);
    }

    /// Those that wait for something.
    public List<InitManager> waiting() {
        List<InitManager> all = new ArrayList<>();
        all.add(server);
        all.addAll(others);
        all.removeIf(manager -> manager.unready().isEmpty());
        return all;
    }
}
