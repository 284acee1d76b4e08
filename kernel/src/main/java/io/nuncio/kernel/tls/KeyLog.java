package io.nuncio.kernel.tls;

import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// Writes the secrets of handshakes to a file, as the library words them, for who decrypts recorded
/// traffic.
///
/// The library tells them inside the call that reads from the peer, on the connection's worker;
/// which connection it is, [#during] has noted for that call alone. The file is let go with the
/// last of the template and its connections, which hold one reference each.
final class KeyLog extends AbstractReferenceCounted implements KeyLogCallback {
    private static final ScopedValue<ConnectionInfo> CURRENT = ScopedValue.newInstance();

    private final TlsConfig.KeyLog config;
    private final LogFile file;

    KeyLog(TlsConfig.KeyLog config, LogFile file) {
        this.config = config;
        this.file = file;
    }

    /// @return null if nothing is to be logged
    /// @throws java.io.UncheckedIOException if the file cannot be opened
    static @Nullable KeyLog open(TlsConfig config, FactoryContext context) {
        TlsConfig.KeyLog wanted = config.keyLog();
        return wanted == null ? null : new KeyLog(wanted, context.logFile(wanted.path()));
    }

    /// Reads from the peer of that connection.
    <X extends Throwable> boolean during(
            ConnectionInfo connection, ScopedValue.CallableOp<Boolean, X> reading) throws X {
        return ScopedValue.where(CURRENT, connection).call(reading);
    }

    @Override
    public void handle(long ssl, byte[] line) {
        if (CURRENT.isBound() && wanted(CURRENT.get())) {
            byte[] entry = Arrays.copyOf(line, line.length + 1);
            entry[line.length] = '\n';
            file.write(entry, 0, entry.length);
        }
    }

    private boolean wanted(ConnectionInfo connection) {
        return within(config.localAddresses(), connection.localAddress())
                && within(config.remoteAddresses(), connection.remoteAddress());
    }

    private static boolean within(List<IpRange> ranges, Address address) {
        return ranges.isEmpty()
                || (address instanceof Address.Ip ip
                        && ranges.stream().anyMatch(range -> range.contains(ip.address())));
    }

    @Override
    protected void deallocate() {
        file.close();
    }

    @Override
    public ReferenceCounted touch(Object hint) {
        return this;
    }
}
