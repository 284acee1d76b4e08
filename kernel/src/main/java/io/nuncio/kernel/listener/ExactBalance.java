package io.nuncio.kernel.listener;

import java.util.concurrent.atomic.AtomicIntegerArray;

/// Gives each new connection to the worker that has the least of them
/// (`connection_balance_config.exact_balance`). Envoy takes a lock for it; here the choice is
/// repeated if the chosen worker's count has changed meanwhile. Thread: any.
final class ExactBalance {
    private final AtomicIntegerArray connections;

    ExactBalance(int workers) {
        connections = new AtomicIntegerArray(workers);
    }

    /// Chooses and counts; [#ended] must follow.
    int pick() {
        while (true) {
            int chosen = 0;
            int least = connections.get(0);
            for (int worker = 1; worker < connections.length(); worker++) {
                int count = connections.get(worker);
                if (count < least) {
                    least = count;
                    chosen = worker;
                }
            }
            if (connections.compareAndSet(chosen, least, least + 1)) {
                return chosen;
            }
        }
    }

    void ended(int worker) {
        connections.decrementAndGet(worker);
    }
}
