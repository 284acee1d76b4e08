package io.nuncio.listener.originaldst;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.nuncio.spi.Address;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeAcceptedSocket.State;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.junit.jupiter.api.Test;

/// Which address a socket has afterwards.
class OriginalDstFilterTest {
    private static final String NAMESPACE = "envoy.filters.listener.original_dst";

    private final ListenerFilterTemplate template =
            new OriginalDstExtension()
                    .configure(OriginalDst.getDefaultInstance(), new FakeFactoryContext());
    private final FakeAcceptedSocket socket = new FakeAcceptedSocket(new FakeWorker());

    @Test
    void theAddressThatTheSystemRemembersIsRestored() {
        Address original = FakeConnectionInfo.ip("198.51.100.9", 443);

        socket.originalDestination(original).pass(template);

        assertThat(socket.state()).isEqualTo(State.PASSED);
        assertThat(socket.info().localAddress()).isEqualTo(original);
    }

    @Test
    void aSocketThatNobodyRedirectedKeepsItsAddress() {
        socket.pass(template);

        assertThat(socket.state()).isEqualTo(State.PASSED);
        assertThat(socket.info().localAddress()).hasToString("192.0.2.1:10000");
    }

    private void internal() {
        socket.info().localAddress(new Address.Internal("inner", ""));
    }

    @Test
    void ofAnInternalConnectionTheFilterStateSaysIt() {
        internal();
        socket.filterState(NAMESPACE + ".local_ip", "198.51.100.9:443");
        socket.filterState(NAMESPACE + ".remote_ip", FakeConnectionInfo.ip("2001:db8::1", 99));

        socket.pass(template);

        assertThat(socket.info().localAddress()).hasToString("198.51.100.9:443");
        assertThat(socket.info().remoteAddress()).hasToString("[2001:db8::1]:99");
    }

    @Test
    void ofAnInternalConnectionTheMetadataMaySayIt() {
        internal();
        Value local = Value.newBuilder().setStringValue("[2001:db8::9]:443").build();
        socket.metadata(NAMESPACE, Struct.newBuilder().putFields("local", local).build());

        socket.pass(template);

        assertThat(socket.info().localAddress()).hasToString("[2001:db8::9]:443");
    }

    @Test
    void whatIsNoAddressIsIgnored() {
        for (String text :
                new String[] {"", "a:1", "1.2.3.4", "1.2.3.4:x", "::1:80", "1.2.3.4:66000"}) {
            assertThat(OriginalDstFilter.parse(text)).as(text).isNull();
        }
    }
}
