package io.nuncio.kernel.network;

import io.netty.channel.Channel;

/// A socket that was accepted and now belongs to `loop`, where it is registered.
///
/// @param handler the only one in the channel's pipeline
public record AcceptedChannel(
        WorkerLoop loop, Channel channel, SocketHandler handler, ConnectionFacts facts) {
    /// Stops or goes on reading, for whoever looks at the first bytes.
    public void reading(boolean wanted) {
        channel.config().setAutoRead(wanted);
    }

    /// Closes the socket before anybody made a connection of it.
    public void close() {
        channel.unsafe().close(channel.voidPromise());
    }
}
