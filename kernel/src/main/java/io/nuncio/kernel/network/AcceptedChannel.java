package io.nuncio.kernel.network;

import io.netty.channel.Channel;

import java.util.function.Consumer;

/// A socket that was accepted and now belongs to `loop`, where it is registered.
///
/// @param handler the only one in the channel's pipeline
public record AcceptedChannel(
        WorkerLoop loop, Channel channel, SocketHandler handler, ConnectionFacts facts) {
    /// Stops or goes on reading, for whoever looks at the first bytes.
    public void reading(boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    /// Gives the socket to another loop. Nothing is read meanwhile; reading must be switched on by
    /// whoever takes it.
    ///
    /// @param taken run on that loop
    public void moveTo(WorkerLoop other, Consumer<AcceptedChannel> taken) {
        reading(false);
        handler.passTo(SocketEvents.IGNORE);
        channel.deregister()
                .addListener(deregistered -> {
                    if (!other.post(() -> register(other, taken))) {
                        channel.unsafe().closeForcibly();
                    }
                });
    }

    private void register(WorkerLoop other, Consumer<AcceptedChannel> taken) {
        other.eventLoop().register(channel);
        taken.accept(new AcceptedChannel(other, channel, handler, facts));
    }

    /// Closes the socket before anybody made a connection of it.
    public void close() {
        channel.unsafe().close(channel.voidPromise());
    }
}
