package io.nuncio.matching;

import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.ServerNameInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourcePortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.TransportProtocolInput;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInputFactory;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Inputs that read facts of a connection. They serve HTTP streams too; a connection without IP
/// addresses has no value for those that read them.
public final class NetworkInputs {
    private NetworkInputs() {}

    /// Where the connection arrived, without the port.
    @Extension(
            name = "envoy.matching.inputs.destination_ip",
            type = "envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class DestinationIp implements MatchInputFactory<DestinationIPInput> {
        @Override
        public MatchInput configure(DestinationIPInput config, FactoryContext context) {
            return match -> host(match.connection().localAddress());
        }
    }

    /// The port at which the connection arrived.
    @Extension(
            name = "envoy.matching.inputs.destination_port",
            type = "envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class DestinationPort implements MatchInputFactory<DestinationPortInput> {
        @Override
        public MatchInput configure(DestinationPortInput config, FactoryContext context) {
            return match -> port(match.connection().localAddress());
        }
    }

    /// Who connected, as far as forwarding headers and PROXY protocol are trusted.
    @Extension(
            name = "envoy.matching.inputs.source_ip",
            type = "envoy.extensions.matching.common_inputs.network.v3.SourceIPInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class SourceIp implements MatchInputFactory<SourceIPInput> {
        @Override
        public MatchInput configure(SourceIPInput config, FactoryContext context) {
            return match -> host(match.connection().remoteAddress());
        }
    }

    /// The port of the peer.
    @Extension(
            name = "envoy.matching.inputs.source_port",
            type = "envoy.extensions.matching.common_inputs.network.v3.SourcePortInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class SourcePort implements MatchInputFactory<SourcePortInput> {
        @Override
        public MatchInput configure(SourcePortInput config, FactoryContext context) {
            return match -> port(match.connection().remoteAddress());
        }
    }

    /// The address of the peer as the socket has it.
    @Extension(
            name = "envoy.matching.inputs.direct_source_ip",
            type = "envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class DirectSourceIp implements MatchInputFactory<DirectSourceIPInput> {
        @Override
        public MatchInput configure(DirectSourceIPInput config, FactoryContext context) {
            return match -> host(match.connection().directRemoteAddress());
        }
    }

    /// `local` for connections from the same machine.
    @Extension(
            name = "envoy.matching.inputs.source_type",
            type = "envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class SourceType implements MatchInputFactory<SourceTypeInput> {
        @Override
        public MatchInput configure(SourceTypeInput config, FactoryContext context) {
            return match -> fromSameHost(match.connection()) ? "local" : null;
        }
    }

    /// The name that the peer asked for by TLS.
    @Extension(
            name = "envoy.matching.inputs.server_name",
            type = "envoy.extensions.matching.common_inputs.network.v3.ServerNameInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class ServerName implements MatchInputFactory<ServerNameInput> {
        @Override
        public MatchInput configure(ServerNameInput config, FactoryContext context) {
            return match -> orNull(match.connection().requestedServerName());
        }
    }

    /// `raw_buffer` or `tls`.
    @Extension(
            name = "envoy.matching.inputs.transport_protocol",
            type = "envoy.extensions.matching.common_inputs.network.v3.TransportProtocolInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class TransportProtocol
            implements MatchInputFactory<TransportProtocolInput> {
        @Override
        public MatchInput configure(TransportProtocolInput config, FactoryContext context) {
            return match -> orNull(match.connection().transportProtocol());
        }
    }

    /// The protocols that the peer offers, such as `'h2','http/1.1'`.
    @Extension(
            name = "envoy.matching.inputs.application_protocol",
            type = "envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class ApplicationProtocol
            implements MatchInputFactory<ApplicationProtocolInput> {
        @Override
        public MatchInput configure(ApplicationProtocolInput config, FactoryContext context) {
            return match -> quoted(match.connection().requestedApplicationProtocols());
        }
    }

    private static @Nullable String host(Address address) {
        return address instanceof Address.Ip ip ? ip.host() : null;
    }

    private static @Nullable String port(Address address) {
        return address instanceof Address.Ip ip ? Integer.toString(ip.port()) : null;
    }

    private static @Nullable String orNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static @Nullable String quoted(List<String> names) {
        return names.isEmpty() ? null : "'" + String.join("','", names) + "'";
    }

    private static boolean fromSameHost(ConnectionInfo connection) {
        if (!(connection.remoteAddress() instanceof Address.Ip source)) {
            return true;
        }
        return source.address().isLoopbackAddress()
                || connection.localAddress() instanceof Address.Ip destination
                        && source.address().equals(destination.address());
    }
}
