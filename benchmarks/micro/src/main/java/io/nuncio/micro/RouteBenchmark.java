package io.nuncio.micro;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.nuncio.kernel.route.RouteTableCompiler;
import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.RouteTable;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;
import io.nuncio.testkit.FakeFactoryContext;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// The route of a request among many virtual hosts of three routes each.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
    @Param({"1", "1000"})
    public int virtualHosts = 1;

    private final StreamInfo info = new StreamFacts(new QuietWorker(), new NoConnection());
    private @Nullable RouteTable table;
    private @Nullable RequestHeaders request;

    @Setup
    public void compile() {
        var config = RouteConfiguration.newBuilder().setName("local");
        for (int host = 0; host < virtualHosts; host++) {
            config.addVirtualHosts(
                    VirtualHost.newBuilder()
                            .setName("host-" + host)
                            .addDomains("host-" + host + ".example.com")
                            .addRoutes(route("/static/"))
                            .addRoutes(route("/api/"))
                            .addRoutes(route("/")));
        }
        var context = new FakeFactoryContext();
        context.platform().clusters().add("web");
        table =
                new RouteTableCompiler((filter, name, any, optional, below) -> null, new None())
                        .compile(config.build(), List.of(), context, "route_config");
        if (!context.reported().isEmpty()) {
            throw new IllegalStateException(context.reported().toString());
        }
        request = Requests.browser("host-" + virtualHosts / 2 + ".example.com", "/index.html");
    }

    private static Route route(String prefix) {
        return Route.newBuilder()
                .setMatch(RouteMatch.newBuilder().setPrefix(prefix))
                .setRoute(RouteAction.newBuilder().setCluster("web"))
                .build();
    }

    @Benchmark
    public Object route() {
        return Objects.requireNonNull(table).route(Objects.requireNonNull(request), info, 1);
    }

    /// There is nothing to subscribe to.
    private static final class None implements Subscriptions {
        @Override
        public <M extends Message> @Nullable Subscription open(
                ConfigSource source,
                ResourceType<M> type,
                ResourceWatcher<M> watcher,
                StatsScope stats,
                Problems problems) {
            return null;
        }
    }
}
