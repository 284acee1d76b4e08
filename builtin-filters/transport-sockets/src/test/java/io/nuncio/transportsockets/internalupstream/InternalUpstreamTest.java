package io.nuncio.transportsockets.internalupstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.PassthroughState;
import io.nuncio.spi.SharedState;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.Worker;
import io.nuncio.testkit.FakeCluster;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/// What a connection to an internal listener passes on.
class InternalUpstreamTest {
    private static final SharedState SHARED =
            new SharedState("a", "1", true, SharedState.Sharing.TRANSITIVE);

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeCluster cluster = context.platform().clusters().add("inner");
    private @Nullable PassthroughState passedOn;

    /// The inner socket, which is only looked at.
    private static final class Inner implements TransportSocket {
        @Override
        public void onTransportConnected() {}

        @Override
        public Progress read(Buffer wire, Buffer plain, boolean endStream) {
            return Progress.OPEN;
        }

        @Override
        public Progress write(Buffer plain, Buffer wire, boolean endStream) {
            return Progress.OPEN;
        }
    }

    private final class Context implements TransportSocketContext {
        private final FakeWorker worker = new FakeWorker();

        @Override
        public ConnectionInfo info() {
            return new FakeConnectionInfo();
        }

        @Override
        public Worker worker() {
            return worker;
        }

        @Override
        public void connected() {}

        @Override
        public void flush() {}

        @Override
        public void readMore() {}

        @Override
        public void failed(String reason) {}

        @Override
        public void post(Runnable task) {
            worker.post(task);
        }

        @Override
        public @Nullable String serverName() {
            return null;
        }

        @Override
        public Host host() {
            return cluster.pool();
        }

        @Override
        public TransportOptions options() {
            return new TransportOptions(null, List.of(), List.of(), null, List.of(SHARED));
        }

        @Override
        public void passOn(PassthroughState state) {
            passedOn = state;
        }
    }

    private TransportSocketTemplate template(String sources) {
        TransportSocketTemplate inner = of -> new Inner();
        context.platform().extension("inner", inner);
        String yaml = "transport_socket: { name: inner }\npassthrough_metadata: [" + sources + "]";
        InternalUpstreamTransport message =
                YamlMessages.of(InternalUpstreamTransport.getDefaultInstance(), yaml);
        return new InternalUpstreamExtension().configure(message, context);
    }

    private static Struct struct(String value) {
        return Struct.newBuilder()
                .putFields("from", Value.newBuilder().setStringValue(value).build())
                .build();
    }

    private static Metadata metadata(String namespace, String value) {
        return Metadata.newBuilder().putFilterMetadata(namespace, struct(value)).build();
    }

    @Test
    void theBytesAreTheInnerSockets() {
        assertThat(template("").create(new Context())).isInstanceOf(Inner.class);
        assertThat(template("").passThrough()).isFalse();
    }

    @Test
    void sharedStateIsPassedOn() {
        template("").create(new Context());

        assertThat(passedOn.state()).containsExactly(SHARED);
        assertThat(passedOn.metadata()).isEmpty();
    }

    @Test
    void metadataOfTheHostAndOfItsClusterIsPassedOn() {
        cluster.metadata(metadata("one", "cluster"));
        cluster.pool().metadata(metadata("two", "host"));
        template("{kind: {cluster: {}}, name: one}, {kind: {host: {}}, name: two}")
                .create(new Context());

        assertThat(passedOn.metadata())
                .containsEntry("one", struct("cluster"))
                .containsEntry("two", struct("host"))
                .hasSize(2);
    }

    @Test
    void ofTwoSourcesWithOneNameTheLatterCounts() {
        cluster.metadata(metadata("one", "cluster"));
        cluster.pool().metadata(metadata("one", "host"));
        template("{kind: {host: {}}, name: one}, {kind: {cluster: {}}, name: one}")
                .create(new Context());

        assertThat(passedOn.metadata()).containsExactly(Map.entry("one", struct("cluster")));
    }

    @Test
    void metadataThatIsNotThereIsCounted() {
        template("{kind: {host: {}}, name: one}").create(new Context());

        assertThat(passedOn.metadata()).isEmpty();
        assertThat(context.counter("internal_upstream.no_metadata")).isEqualTo(1);
    }

    @Test
    void metadataOfRoutesIsRefused() {
        template("{kind: {route: {}}, name: one}");

        assertThat(context.reported())
                .singleElement()
                .asString()
                .contains("passthrough_metadata[0].kind", "host or cluster", "route");
    }
}
