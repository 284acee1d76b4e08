package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.kernel.network.LocalAddresses;
import io.nuncio.kernel.network.SocketOption;
import io.nuncio.spi.Connection;
import io.nuncio.spi.UpstreamSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// From where connections to hosts come, where listener filters want them to come from the
/// downstream. Thread: the worker.
final class DownstreamSource {
    private static final SocketOption NO_PORT =
            SocketOption.of("bind_address_no_port", 0, 24, 1, SocketState.STATE_PREBIND);
    private static final int SOL_SOCKET = 1;
    private static final int SO_MARK = 36;

    private DownstreamSource() {}

    /// @return null if the cluster's settings hold
    static @Nullable UpstreamSource of(@Nullable Connection downstream) {
        return downstream != null
                        && downstream.filterState(UpstreamSource.FILTER_STATE)
                                instanceof UpstreamSource source
                ? source
                : null;
    }

    /// The options of a connection that comes from there, if it is not null.
    static ConnectOptions apply(ConnectOptions options, @Nullable UpstreamSource source) {
        return source == null
                ? options
                : options.withLocal(
                        new LocalAddresses(
                                List.of(
                                        new LocalAddresses.Local(
                                                source.address(), socketOptions(source)))));
    }

    private static List<SocketOption> socketOptions(UpstreamSource source) {
        List<SocketOption> options = new ArrayList<>(3);
        if (!source.address().address().isLoopbackAddress()) { // which is this machine's
            options.add(SocketOption.transparent(source.address().v6()));
        }
        options.add(NO_PORT);
        if (source.mark() != 0) {
            options.add(
                    SocketOption.of(
                            "mark", SOL_SOCKET, SO_MARK, source.mark(), SocketState.STATE_PREBIND));
        }
        return options;
    }
}
