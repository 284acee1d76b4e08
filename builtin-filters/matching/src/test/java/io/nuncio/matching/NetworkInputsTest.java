package io.nuncio.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.ApplicationProtocolInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.ServerNameInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourcePortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.TransportProtocolInput;
import io.nuncio.spi.Address;
import io.nuncio.spi.MatchInput;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;

import org.junit.jupiter.api.Test;

class NetworkInputsTest {
    private final TestMatch match = new TestMatch();
    private final FakeFactoryContext context = new FakeFactoryContext();

    @Test
    void addressesAndPortsAreText() {
        match.connection.localAddress(FakeConnectionInfo.ip("10.0.0.1", 443));
        match.connection.remoteAddress(FakeConnectionInfo.ip("2001:db8::7", 5000));
        assertThat(value(destinationIp())).isEqualTo("10.0.0.1");
        assertThat(value(destinationPort())).isEqualTo("443");
        assertThat(value(sourceIp())).isEqualTo("2001:db8::7");
        assertThat(value(sourcePort())).isEqualTo("5000");
    }

    @Test
    void aUnixSocketHasNeither() {
        match.connection.localAddress(new Address.Pipe("/run/socket", 0));
        assertThat(value(destinationIp())).isNull();
        assertThat(value(destinationPort())).isNull();
    }

    @Test
    void onlyConnectionsFromThisMachineHaveASourceType() {
        match.connection.localAddress(FakeConnectionInfo.ip("10.0.0.1", 443));
        match.connection.remoteAddress(FakeConnectionInfo.ip("10.0.0.1", 5000));
        assertThat(value(sourceType())).isEqualTo("local");
        match.connection.remoteAddress(FakeConnectionInfo.ip("10.0.0.2", 5000));
        assertThat(value(sourceType())).isNull();
        match.connection.remoteAddress(FakeConnectionInfo.ip("127.0.0.1", 5000));
        assertThat(value(sourceType())).isEqualTo("local");
    }

    @Test
    void aConnectionThatNobodyLookedIntoIsPlain() {
        assertThat(
                        value(
                                new NetworkInputs.TransportProtocol()
                                        .configure(
                                                TransportProtocolInput.getDefaultInstance(),
                                                context)))
                .isEqualTo("raw_buffer");
        assertThat(
                        value(
                                new NetworkInputs.ApplicationProtocol()
                                        .configure(
                                                ApplicationProtocolInput.getDefaultInstance(),
                                                context)))
                .isNull();
        assertThat(
                        value(
                                new NetworkInputs.ServerName()
                                        .configure(ServerNameInput.getDefaultInstance(), context)))
                .isNull();
    }

    private Object value(MatchInput input) {
        return input.value(match);
    }

    private MatchInput destinationIp() {
        return new NetworkInputs.DestinationIp()
                .configure(DestinationIPInput.getDefaultInstance(), context);
    }

    private MatchInput destinationPort() {
        return new NetworkInputs.DestinationPort()
                .configure(DestinationPortInput.getDefaultInstance(), context);
    }

    private MatchInput sourceIp() {
        return new NetworkInputs.SourceIp().configure(SourceIPInput.getDefaultInstance(), context);
    }

    private MatchInput sourcePort() {
        return new NetworkInputs.SourcePort()
                .configure(SourcePortInput.getDefaultInstance(), context);
    }

    private MatchInput sourceType() {
        return new NetworkInputs.SourceType()
                .configure(SourceTypeInput.getDefaultInstance(), context);
    }
}
