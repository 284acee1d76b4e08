package io.nuncio.listener.originalsrc;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.nuncio.spi.Address;
import io.nuncio.spi.UpstreamSource;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeAcceptedSocket.State;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// From where connections to upstreams shall come.
class OriginalSrcFilterTest {
    private final FakeAcceptedSocket socket = new FakeAcceptedSocket(new FakeWorker());

    private @Nullable Object source(int mark) {
        socket.pass(
                new OriginalSrcExtension()
                        .configure(
                                OriginalSrc.newBuilder().setMark(mark).build(),
                                new FakeFactoryContext()));
        assertThat(socket.state()).isEqualTo(State.PASSED);
        return socket.streamInfo().filterState(UpstreamSource.FILTER_STATE);
    }

    @Test
    void theyComeFromThePeerWithoutItsPortAndWithTheMark() {
        assertThat(source(7))
                .isEqualTo(new UpstreamSource(FakeConnectionInfo.ip("203.0.113.7", 0), 7));
    }

    @Test
    void aPeerWithoutAnIpAddressChangesNothing() {
        socket.info().remoteAddress(new Address.Pipe("", 0));

        assertThat(source(0)).isNull();
    }
}
