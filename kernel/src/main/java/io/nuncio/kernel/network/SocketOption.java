package io.nuncio.kernel.network;

import com.google.protobuf.ByteString;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// One call of `setsockopt` and when it is made; a value.
///
/// @param description what it is for, empty if nobody said
/// @param value the bytes that the system gets, in its own order
public record SocketOption(
        String description, int level, int name, ByteString value, SocketState state) {
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IP_FREEBIND = 15;
    private static final int IP_TRANSPARENT = 19;
    private static final int TCP_FASTOPEN = 23;
    private static final int IPV6_TRANSPARENT = 75;
    private static final int IPV6_FREEBIND = 78;

    /// An option that is a number.
    public static SocketOption of(
            String description, int level, int name, int value, SocketState state) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
        bytes.putInt(0, value);
        return new SocketOption(description, level, name, ByteString.copyFrom(bytes), state);
    }

    /// Those of a configuration that are for TCP or Unix sockets, in their order.
    public static List<SocketOption> ofStreams(
            List<io.envoyproxy.envoy.config.core.v3.SocketOption> messages) {
        List<SocketOption> options = new ArrayList<>();
        for (io.envoyproxy.envoy.config.core.v3.SocketOption message : messages) {
            if (message.getType().hasDatagram() && !message.getType().hasStream()) {
                continue;
            }
            int level = (int) message.getLevel();
            int name = (int) message.getName();
            options.add(
                    message.hasBufValue()
                            ? new SocketOption(
                                    message.getDescription(),
                                    level,
                                    name,
                                    message.getBufValue(),
                                    message.getState())
                            : of(
                                    message.getDescription(),
                                    level,
                                    name,
                                    (int) message.getIntValue(),
                                    message.getState()));
        }
        return options;
    }

    /// Lets the socket be bound to an address that this machine does not have.
    public static SocketOption freebind(boolean v6) {
        return of(
                "freebind",
                v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                v6 ? IPV6_FREEBIND : IP_FREEBIND,
                1,
                SocketState.STATE_PREBIND);
    }

    /// Lets the socket accept what was meant for other addresses.
    public static SocketOption transparent(boolean v6) {
        return of(
                "transparent",
                v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT,
                1,
                SocketState.STATE_PREBIND);
    }

    /// How many connections may be opened with data in their first packet; 0 for none.
    public static SocketOption fastOpen(int queueLength) {
        return of(
                "tcp_fast_open_queue_length",
                IPPROTO_TCP,
                TCP_FASTOPEN,
                queueLength,
                SocketState.STATE_LISTENING);
    }

    /// For an operator: which one it is.
    @Override
    public String toString() {
        String numbers = "level " + level + ", name " + name;
        return description.isEmpty() ? numbers : "`" + description + "` (" + numbers + ")";
    }
}
