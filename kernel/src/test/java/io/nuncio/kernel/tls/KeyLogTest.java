package io.nuncio.kernel.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.network.Addresses;
import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.host.TlsConfig;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class KeyLogTest {
    private static final byte[] SECRET = "CLIENT_RANDOM 01 02".getBytes(StandardCharsets.US_ASCII);

    private final RecordingFile file = new RecordingFile();
    private final ConnectionInfo connection = new NoConnection();

    private KeyLog log(List<IpRange> local, List<IpRange> remote) {
        return new KeyLog(new TlsConfig.KeyLog("keys.log", local, remote), file);
    }

    private static Address ip(String digits) {
        return new Address.Ip(Addresses.parseIp(digits), 1);
    }

    private static IpRange range(String digits, int length) {
        return IpRange.of(Addresses.parseIp(digits), length);
    }

    private void tell(KeyLog log) {
        log.during(
                connection,
                () -> {
                    log.handle(1, SECRET);
                    return false;
                });
    }

    @Test
    void eachSecretIsALine() {
        KeyLog log = log(List.of(), List.of());
        tell(log);
        tell(log);
        assertThat(file.text).hasToString("CLIENT_RANDOM 01 02\nCLIENT_RANDOM 01 02\n");
    }

    @Test
    void aSecretOfNobodyIsNotWritten() {
        log(List.of(), List.of()).handle(1, SECRET);
        assertThat(file.text).isEmpty();
    }

    @Test
    void bothAddressesAreWithinARange() {
        KeyLog log =
                log(
                        List.of(range("10.0.0.0", 8), range("2001:db8::", 32)),
                        List.of(range("192.0.2.1", 32)));
        connection.localAddress(ip("10.1.2.3"));
        connection.remoteAddress(ip("192.0.2.2"));
        tell(log);
        connection.localAddress(ip("11.1.2.3"));
        connection.remoteAddress(ip("192.0.2.1"));
        tell(log);
        assertThat(file.text).isEmpty();

        connection.localAddress(ip("2001:db8::7"));
        tell(log);
        assertThat(file.text).isNotEmpty();
    }

    @Test
    void aUnixDomainSocketIsInNoRange() {
        connection.remoteAddress(new Address.Pipe("/run/socket", 0));
        tell(log(List.of(), List.of(range("0.0.0.0", 0), range("::", 0))));
        assertThat(file.text).isEmpty();
    }

    @Test
    void theLastWhoHoldsItLetsTheFileGo() {
        KeyLog log = log(List.of(), List.of());
        log.retain();
        log.release();
        assertThat(file.closed).isFalse();
        log.release();
        assertThat(file.closed).isTrue();
    }

    private static final class RecordingFile implements LogFile {
        private final StringBuilder text = new StringBuilder();
        private boolean closed;

        @Override
        public void write(byte[] bytes, int offset, int length) {
            text.append(new String(bytes, offset, length, StandardCharsets.US_ASCII));
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
