package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.AcceptedChannel;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.WorkerLoop;

import java.util.List;
import java.util.function.IntSupplier;

/// Hands what one listening socket accepts to other workers too: in turn, where they cannot each
/// have a socket of their own, or to the one with the least connections.
final class SharedSocket implements ListenSocket.Acceptor {
    private final List<WorkerListener> parts;
    private final IntSupplier choice; // on the loop that accepts

    private SharedSocket(List<WorkerListener> parts, IntSupplier choice) {
        this.parts = List.copyOf(parts);
        this.choice = choice;
    }

    static SharedSocket inTurn(List<WorkerListener> parts) {
        int[] next = {0};
        return new SharedSocket(
                parts,
                () -> {
                    int chosen = next[0];
                    next[0] = chosen + 1 == parts.size() ? 0 : chosen + 1;
                    return chosen;
                });
    }

    static SharedSocket balanced(List<WorkerListener> parts, ExactBalance balance) {
        return new SharedSocket(parts, balance::pick);
    }

    @Override
    public WorkerLoop owner(WorkerLoop acceptedOn) {
        return parts.get(choice.getAsInt()).worker();
    }

    @Override
    public void accepted(AcceptedChannel socket) {
        parts.get(socket.loop().index()).accepted(socket);
    }

    @Override
    public void acceptedInRound(int count) {
        parts.getFirst().acceptedInRound(count);
    }
}
