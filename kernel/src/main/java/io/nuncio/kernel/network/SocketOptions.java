package io.nuncio.kernel.network;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import io.nuncio.spi.Address;

import java.nio.ByteBuffer;
import java.util.List;

/// Sets the options of a configuration on sockets.
final class SocketOptions {
    private SocketOptions() {}

    static boolean any(List<SocketOption> options, SocketState state) {
        return options.stream().anyMatch(option -> option.state() == state);
    }

    /// Sets those of one state.
    ///
    /// @throws BindFailure if the system refuses one
    static void set(
            ChannelConfig config, List<SocketOption> options, SocketState state, Address address)
            throws BindFailure {
        for (SocketOption option : options) {
            if (option.state() == state) {
                try {
                    set(config, option);
                } catch (ChannelException refused) {
                    throw new BindFailure(address, refusal(option, refused));
                }
            }
        }
    }

    private static void set(ChannelConfig config, SocketOption option) {
        ByteBuffer value = ByteBuffer.wrap(option.value().toByteArray());
        RawUnixChannelOption raw =
                new RawUnixChannelOption(
                        "SOCKET_OPTION", option.level(), option.name(), value.remaining());
        if (!config.setOption(raw, value)) {
            throw new ChannelException("failed: not an option of this engine's sockets");
        }
    }

    private static String refusal(SocketOption option, ChannelException refused) {
        Throwable cause = refused.getCause();
        return "setting socket option "
                + option
                + " failed: "
                + Connector.systemReason(cause == null ? refused : cause);
    }
}
