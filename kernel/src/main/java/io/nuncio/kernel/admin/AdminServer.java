package io.nuncio.kernel.admin;

import io.nuncio.kernel.network.AcceptedChannel;
import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ConnectionOwner;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ServerCodecTemplate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Serves the endpoints by HTTP/1 on one address, on the main loop.
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("admin");

    private final ListenSocket socket;
    private final AdminSocket where;
    private final NetworkFilterTemplate template;
    private final AdminStats stats;
    private final Set<SocketConnection> connections = new LinkedHashSet<>(); // the loop's

    private AdminServer(
            ListenSocket socket,
            AdminSocket where,
            NetworkFilterTemplate template,
            AdminStats stats) {
        this.socket = socket;
        this.where = where;
        this.template = template;
        this.stats = stats;
    }

    /// Binds the address; connections wait until [#start]. Waits for the loop, so not to be called
    /// on it.
    ///
    /// @param accessLogger gets an entry per request; closed by the caller
    /// @param root the root scope of statistics
    public static AdminServer bind(
            WorkerLoop main,
            AdminSocket where,
            AdminEndpoints endpoints,
            ServerCodecTemplate codec,
            AccessLogger accessLogger,
            StatsScope root)
            throws BindFailure {
        ListenSocket socket = ListenSocket.bind(main, where.address(), where.options());
        AdminStats stats = AdminStats.in(root);
        LOG.info("admin address: {}", socket.address());
        if (!loopback(socket.address())) {
            LOG.warn(
                    "the admin server is open to other machines at {}: whoever reaches it can read"
                            + " the configuration and stop this process; bind admin.address to"
                            + " 127.0.0.1 or a Unix socket",
                    socket.address());
        }
        return new AdminServer(
                socket,
                where,
                stream -> new AdminConnection(stream, codec, endpoints, accessLogger, stats),
                stats);
    }

    /// Where it listens.
    public Address address() {
        return socket.address();
    }

    /// Writes the address to a file, for `--admin-address-path`. What goes wrong is logged.
    public void writeAddress(Path file) {
        try {
            Files.writeString(file, socket.address().toString());
        } catch (IOException failure) {
            LOG.error(
                    "cannot open admin address output file {} for writing: {}",
                    file,
                    failure.getMessage());
        }
    }

    /// Begins to answer.
    public void start() {
        socket.accept(this::accepted);
    }

    /// Stops listening and ends the connections after what they still have to write. Any thread.
    @Override
    public void close() {
        socket.close();
        socket.loop()
                .post(() ->
                        new ArrayList<>(connections)
                                .forEach(connection ->
                                        connection.close(
                                                Connection.Close.FLUSH_WRITE, "admin_closed")));
    }

    private void accepted(AcceptedChannel accepted) {
        if (where.ignoreLimit()) {
            where.limit().count();
        } else if (!where.limit().open()) {
            stats.globalOverflow().increment();
            LOG.debug("{}: {}", accepted.facts(), where.limit().exceeded());
            accepted.close();
            return;
        }
        stats.connectionOpened();
        SocketConnection connection =
                SocketConnection.accepted(
                        accepted, new Owner(), SocketConnection.DEFAULT_BUFFER_LIMIT);
        connections.add(connection);
        connection.start(List.of(template), null, null, new Buffer());
    }

    private static boolean loopback(Address address) {
        return switch (address) {
            case Address.Ip ip -> ip.address().isLoopbackAddress();
            case Address.Pipe _, Address.Internal _ -> true;
        };
    }

    private final class Owner implements ConnectionOwner {
        @Override
        public void onDestroy(SocketConnection connection) {
            connections.remove(connection);
            where.limit().close();
            stats.connectionEnded();
        }
    }
}
