package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.AcceptedChannel;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.WorkerLoop;

import java.util.List;

/// Hands what one listening socket accepts to the workers in turn, where they cannot each have a
/// socket of their own.
final class SharedSocket implements ListenSocket.Acceptor {
    private final List<WorkerListener> parts;
    private int next; // on the loop that accepts

    SharedSocket(List<WorkerListener> parts) {
        this.parts = List.copyOf(parts);
    }

    @Override
    public WorkerLoop owner(WorkerLoop acceptedOn) {
        WorkerListener part = parts.get(next);
        next = next + 1 == parts.size() ? 0 : next + 1;
        return part.worker();
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
