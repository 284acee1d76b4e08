package io.nuncio.kernel.network;

import io.netty.channel.Channel;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.PassthroughState;
import io.nuncio.spi.SharedState;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// A socket that was accepted and now belongs to `loop`, where it is registered.
///
/// @param handler the only one in the channel's pipeline
public record AcceptedChannel(
        WorkerLoop loop, Channel channel, SocketHandler handler, ConnectionFacts facts) {
    /// The facts of the connection to be, where its other end is in this process and has said what
    /// they begin with; else null.
    public @Nullable StreamFacts passedOn() {
        PassthroughState given = channel instanceof InternalChannel end ? end.passedOn() : null;
        if (given == null) {
            return null;
        }
        StreamFacts made = new StreamFacts(loop, facts);
        given.metadata().forEach(made::mergeMetadata);
        for (SharedState each : given.state()) {
            made.filterState(each.key(), each.value(), each.readOnly(), each.sharing());
        }
        return made;
    }

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
