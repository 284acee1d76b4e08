package io.nuncio.listener.tlsinspector;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.host.ClientHello;
import io.nuncio.spi.host.ClientHelloReader;

import java.util.List;

/// Looks at one accepted socket until its first bytes are a whole ClientHello, or cannot be one.
final class TlsInspectorFilter implements ListenerFilter {
    private static final String NAMESPACE = "envoy.filters.listener.tls_inspector";
    private static final Struct TOO_LARGE = failure("ClientHelloTooLarge");
    private static final Struct NOT_DETECTED = failure("ClientHelloNotDetected");

    private final TlsInspectorConfig config;
    private final TlsInspectorStats stats;
    private final AcceptedSocket socket;
    private final ClientHelloReader reader = new ClientHelloReader();
    private int wanted;

    TlsInspectorFilter(TlsInspectorConfig config, TlsInspectorStats stats, AcceptedSocket socket) {
        this.config = config;
        this.stats = stats;
        this.socket = socket;
        wanted = config.initialBytes();
    }

    private static Struct failure(String reason) {
        Value text = Value.newBuilder().setStringValue(reason).build();
        return Struct.newBuilder().putFields("failure_reason", text).build();
    }

    @Override
    public Outcome onAccept() {
        return Outcome.STOP;
    }

    @Override
    public int maxBytes() {
        return wanted;
    }

    @Override
    public Outcome onData(Buffer peeked) {
        ClientHelloReader.Progress progress = reader.read(peeked);
        if (progress == ClientHelloReader.Progress.MORE) {
            return waitOn(peeked.length());
        }
        stats.bytesProcessed().record(reader.consumed());
        ClientHello hello = reader.hello();
        if (hello == null) {
            return notTls();
        }
        List<String> protocols = hello.applicationProtocols();
        tell(hello, protocols);
        return hello.acceptable() ? tls(hello, !protocols.isEmpty()) : notTls();
    }

    private Outcome waitOn(int seen) {
        if (seen >= config.maxBytes()) {
            stats.bytesProcessed().record(reader.consumed());
            stats.clientHelloTooLarge().increment();
            socket.metadata(NAMESPACE, TOO_LARGE);
            return Outcome.CLOSE;
        }
        if (seen >= wanted) {
            wanted = Math.min(2 * seen, config.maxBytes());
        }
        return Outcome.STOP;
    }

    /// What is told even of a hello that no TLS library would answer.
    private void tell(ClientHello hello, List<String> protocols) {
        if (config.fingerprints()) {
            socket.ja3Hash(Ja3.hash(hello));
            socket.ja4Hash(Ja4.fingerprint(hello));
        }
        if (!protocols.isEmpty()) {
            socket.applicationProtocols(protocols);
        }
    }

    private Outcome tls(ClientHello hello, boolean alpn) {
        String name = hello.serverName();
        if (name.isEmpty()) {
            stats.sniNotFound().increment();
        } else {
            stats.sniFound().increment();
            socket.requestedServerName(name);
        }
        stats.tlsFound().increment();
        (alpn ? stats.alpnFound() : stats.alpnNotFound()).increment();
        socket.transportProtocol("tls");
        return Outcome.CONTINUE;
    }

    private Outcome notTls() {
        stats.tlsNotFound().increment();
        socket.metadata(NAMESPACE, NOT_DETECTED);
        return Outcome.CONTINUE;
    }
}
