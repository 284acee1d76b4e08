package io.nuncio.proxyprotocol;

import io.nuncio.spi.Address;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Host;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.ProxyProtocolData.Tlv;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Sockets that begin with a header and go on as another's.
///
/// @param tlvsTooLong headers that had to go without their TLVs
record UpstreamProxyProtocolTemplate(
        UpstreamProxyProtocolConfig config, TransportSocketTemplate inner, Counter tlvsTooLong)
        implements TransportSocketTemplate {
    @Override
    public TransportSocket create(TransportSocketContext context) {
        return new UpstreamProxyProtocolSocket(this, context, inner.create(context));
    }

    @Override
    public boolean secure() {
        return inner.secure();
    }

    @Override
    public boolean supportsAlpn() {
        return inner.supportsAlpn();
    }

    @Override
    public TransportSocketTemplate withApplicationProtocols(List<String> protocols) {
        return new UpstreamProxyProtocolTemplate(
                config, inner.withApplicationProtocols(protocols), tlvsTooLong);
    }

    /// Who is named in the header.
    private record Named(
            Address source, Address destination, List<Tlv> tlvs, @Nullable Object inner) {}

    @Override
    public Object sharingKey(Connection downstream) {
        ProxyProtocolData data = data(downstream);
        return new Named(
                data.source(),
                data.destination(),
                config.tlvsInKey() ? config.tlvs(List.of(), data) : List.of(),
                inner.sharingKey(downstream));
    }

    @Override
    public void close() {
        inner.close();
    }

    /// What the PROXY protocol said of the downstream connection, or what it has to say.
    private static ProxyProtocolData data(Connection downstream) {
        if (downstream.filterState(ProxyProtocolData.FILTER_STATE)
                instanceof ProxyProtocolData said) {
            return said;
        }
        ConnectionInfo info = downstream.info();
        return new ProxyProtocolData(info.remoteAddress(), info.localAddress(), List.of());
    }

    /// The header of a connection.
    ///
    /// @param downstream null if the connection is made for nobody, as for a health check
    /// @param host null if it is to none of a cluster's
    byte[] header(@Nullable Connection downstream, @Nullable Host host, ConnectionInfo own) {
        ProxyProtocolData data = downstream == null ? null : data(downstream);
        if (!config.v2()) {
            return data == null
                    ? HeaderWriter.v1(own.localAddress(), own.remoteAddress())
                    : HeaderWriter.v1(data.source(), data.destination());
        }
        if (data == null) {
            return HeaderWriter.v2Local();
        }
        if (data.source() instanceof Address.Ip source
                && data.destination() instanceof Address.Ip destination) {
            return HeaderWriter.v2(source, destination, tlvs(host, data));
        }
        return config.unspecified()
                ? HeaderWriter.v2Unspecified(tlvs(host, data))
                : HeaderWriter.v2Local();
    }

    private List<Tlv> tlvs(@Nullable Host host, ProxyProtocolData data) {
        List<Tlv> tlvs = config.tlvs(HostTlvs.of(host), data);
        if (HeaderWriter.fit(tlvs)) {
            return tlvs;
        }
        tlvsTooLong.increment();
        return List.of();
    }
}
