package io.nuncio.proxyprotocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.ProxyProtocolData.Tlv;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Takes the header off the beginning of one accepted socket, and tells what it says.
final class ProxyProtocolFilter implements ListenerFilter {
    private final ProxyProtocolConfig config;
    private final ProxyProtocolStats stats;
    private final AcceptedSocket socket;
    private final HeaderReader reader;

    ProxyProtocolFilter(
            ProxyProtocolConfig config, ProxyProtocolStats stats, AcceptedSocket socket) {
        this.config = config;
        this.stats = stats;
        this.socket = socket;
        reader = new HeaderReader(config);
    }

    @Override
    public Outcome onAccept() {
        return Outcome.STOP;
    }

    @Override
    public int maxBytes() {
        return reader.wanted();
    }

    @Override
    public Outcome onData(Buffer peeked) {
        return switch (reader.read(peeked)) {
            case MORE -> Outcome.STOP;
            case NONE -> {
                stats.notFoundAllowed().increment();
                yield Outcome.CONTINUE;
            }
            case HEADER -> found(peeked);
            case DISALLOWED -> {
                ProxyProtocolStats.OfVersion counts = ofVersion();
                if (counts != null) {
                    counts.found().increment();
                    counts.disallowed().increment();
                }
                yield Outcome.CLOSE;
            }
            case ERROR -> failed();
        };
    }

    private ProxyProtocolStats.@Nullable OfVersion ofVersion() {
        return switch (reader.version()) {
            case UNKNOWN -> null;
            case V1 -> stats.v1();
            case V2 -> stats.v2();
        };
    }

    private Outcome failed() {
        ProxyProtocolStats.OfVersion counts = ofVersion();
        (counts == null ? stats.notFoundDisallowed() : counts.error()).increment();
        return Outcome.CLOSE;
    }

    private Outcome found(Buffer peeked) {
        ProxyHeader header = reader.header();
        ProxyProtocolStats.OfVersion counts = ofVersion();
        List<Tlv> tlvs = header == null ? null : TlvReader.read(peeked, header);
        if (header == null || tlvs == null || counts == null) {
            return failed();
        }
        peeked.drain(header.length());
        tell(header, tlvs);
        counts.found().increment();
        return Outcome.CONTINUE;
    }

    private void tell(ProxyHeader header, List<Tlv> tlvs) {
        for (Tlv tlv : tlvs) {
            ProxyProtocolConfig.MetadataKey key = config.metadata().get(tlv.type());
            if (key != null) {
                tell(key, tlv.value());
            }
        }
        ConnectionInfo info = socket.info();
        Address.Ip source = header.source();
        Address.Ip destination = header.destination();
        if (socket.streamInfo().filterState(ProxyProtocolData.FILTER_STATE) == null) {
            socket.filterState(
                    ProxyProtocolData.FILTER_STATE,
                    new ProxyProtocolData(
                            source == null ? info.remoteAddress() : source,
                            destination == null ? info.localAddress() : destination,
                            tlvs.stream()
                                    .filter(tlv -> config.passThrough().passes(tlv.type()))
                                    .toList()));
        }
        if (source != null && destination != null) {
            if (!destination.equals(info.localAddress())) {
                info.localAddress(destination);
            }
            info.remoteAddress(source);
        }
    }

    /// Of several TLVs of a type the first counts.
    private void tell(ProxyProtocolConfig.MetadataKey key, ByteString value) {
        Struct there = socket.streamInfo().metadata(key.namespace());
        if (there == null || !there.containsFields(key.key())) {
            Value text = Value.newBuilder().setStringValue(text(value)).build();
            socket.metadata(
                    key.namespace(), Struct.newBuilder().putFields(key.key(), text).build());
        }
    }

    /// As text in UTF-8; what is none becomes an exclamation mark, as in Envoy.
    private static String text(ByteString value) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith("!")
                    .decode(ByteBuffer.wrap(value.toByteArray()))
                    .toString();
        } catch (CharacterCodingException replaced) {
            throw new IllegalStateException(replaced);
        }
    }
}
