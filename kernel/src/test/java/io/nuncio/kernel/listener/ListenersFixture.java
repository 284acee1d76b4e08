package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.lease.Leased;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.kernel.subscription.NoSubscriptions;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Category;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.LogFilter;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.Matchers;
import io.nuncio.spi.host.Platform;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Listeners of a manager with extensions of the test's own, two workers and real sockets.
abstract class ListenersFixture {
    static final long PATIENCE_SECONDS = 10;
    static final String BUNDLE = "acme";

    final WorkerLoops loops = WorkerLoops.create(2, IoEngine.preferred());
    final StatsStore store = StatsStore.detached();
    final DrainDecisionTest.FakeServerState server = new DrainDecisionTest.FakeServerState();
    final Map<String, Object> extensions = new HashMap<>();
    final Map<String, Any> configurations = new HashMap<>();
    final List<String> log = new CopyOnWriteArrayList<>();
    final List<String> accessLog = new CopyOnWriteArrayList<>();
    final Problems problems = new Problems();
    final List<AutoCloseable> open = new ArrayList<>();
    RuntimeValues runtime = RuntimeValues.UNSET;
    final InitManagers init = new InitManagers(System::nanoTime);
    ListenerManager manager = manager(new DrainSettings(0, true));

    ListenersFixture() {
        extensions.put("echo", template(Echo::new));
        extensions.put("other", template(stream -> new Greeter(stream, "other")));
        extensions.put("hello", template(stream -> new Greeter(stream, "hello")));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        manager.close();
        loops.close();
    }

    ListenerManager manager(DrainSettings drain) {
        return new ListenerManager(
                new ListenerManager.Services(
                        loops.main(),
                        loops.workers(),
                        new FakeExtensions(),
                        new RecordingLogs(),
                        ListenersFixture::context,
                        server,
                        runtime,
                        init,
                        NoSubscriptions.INSTANCE,
                        new ExtensionDiscovery(NoSubscriptions.INSTANCE, store.root()),
                        drain,
                        ConnectionLimit.ofAll(runtime),
                        store.root()));
    }

    /// Records every entry in one line.
    final class RecordingLogs implements AccessLogs {
        @Override
        public AccessLogger compile(List<AccessLog> entries, FactoryContext context, String field) {
            return accessLogger();
        }

        @Override
        public LogFilter compileFilter(
                AccessLogFilter filter, FactoryContext context, String field) {
            return entry -> true;
        }
    }

    AccessLogger accessLogger() {
        return entry ->
                accessLog.add(
                        entry.info().downstream().filterChainName()
                                + " "
                                + entry.info().flags().stream()
                                        .map(flag -> flag.shortName())
                                        .toList()
                                + " "
                                + entry.info().responseCodeDetails());
    }

    /// Extensions by the name in the configuration.
    final class FakeExtensions implements Extensions {
        @Override
        public <T> @Nullable T compile(
                Category category,
                TypedExtensionConfig config,
                Class<T> template,
                FactoryContext context,
                String field) {
            return compile(
                    category, config.getName(), config.getTypedConfig(), template, context, field);
        }

        @Override
        public <T> @Nullable T compile(
                Category category,
                String name,
                Any config,
                Class<T> template,
                FactoryContext context,
                String field) {
            configurations.put(name, config);
            Object found = extensions.get(name);
            if (found == null) {
                context.problems().at(field).because("no extension is called `" + name + "`");
                return null;
            }
            if (found instanceof Warming warms) {
                context.initTargets().add(name, warms.targets()::add);
                return template.cast(warms.template());
            }
            return template.cast(found);
        }
    }

    /// An extension that the listener waits for.
    ///
    /// @param targets one for each time that it was compiled
    record Warming(Object template, List<InitTarget> targets) {
        static Warming of(Object template) {
            return new Warming(template, new CopyOnWriteArrayList<>());
        }
    }

    <T> T onMain(Supplier<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loops.main()
                .post(() -> {
                    try {
                        result.complete(task.get());
                    } catch (RuntimeException | AssertionError failure) {
                        result.completeExceptionally(failure);
                    }
                });
        return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static boolean ended(Socket client) throws IOException {
        return client.getInputStream().read() == -1;
    }

    static FactoryContext context(
            String name,
            StatsScope stats,
            StatsScope listenerStats,
            InitTargets initTargets,
            Leases leases,
            Problems problems) {
        leases.hold(new ABundle());
        return (FactoryContext)
                Proxy.newProxyInstance(
                        ListenersFixture.class.getClassLoader(),
                        new Class<?>[] {FactoryContext.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "name" -> name;
                                    case "stats" -> stats;
                                    case "listenerStats" -> listenerStats;
                                    case "problems" -> problems;
                                    case "withStats" -> proxy;
                                    case "initTargets" -> initTargets;
                                    case "platform" -> platform();
                                    default -> throw new AssertionError(method);
                                });
    }

    /// The bundle that all extensions are of.
    record ABundle() implements Leased {
        @Override
        public String bundle() {
            return BUNDLE;
        }

        @Override
        public void retain() {}

        @Override
        public void release() {}
    }

    /// Its matchers fail.
    private static Platform platform() {
        MatchTree<?> failing =
                _ -> {
                    throw new IllegalStateException("expected by the test");
                };
        Matchers matchers = always(Matchers.class, "compile", failing);
        return always(Platform.class, "matchers", matchers);
    }

    /// Gives the value for that method, and knows no other.
    private static <T> T always(Class<T> type, String name, Object value) {
        return type.cast(
                Proxy.newProxyInstance(
                        ListenersFixture.class.getClassLoader(),
                        new Class<?>[] {type},
                        (_, method, _) -> {
                            assertThat(method.getName()).isEqualTo(name);
                            return value;
                        }));
    }

    static NetworkFilterTemplate template(
            java.util.function.Function<NetworkStream, NetworkFilter> maker) {
        return new NetworkFilterTemplate() {
            @Override
            public NetworkFilter create(NetworkStream stream) {
                return maker.apply(stream);
            }

            @Override
            public boolean terminal() {
                return true;
            }
        };
    }

    class Echo implements NetworkFilter {
        private final NetworkStream stream;

        Echo(NetworkStream stream) {
            this.stream = stream;
        }

        @Override
        public NetworkOutcome onData(Buffer data, boolean endStream) {
            stream.connection().write(data, endStream);
            return NetworkOutcome.STOP;
        }

        @Override
        public void onEvent(ConnectionEvent event) {
            log.add(event.name());
        }

        @Override
        public void onDrain() {
            log.add("drain");
        }
    }

    record Greeter(NetworkStream stream, String word) implements NetworkFilter {
        @Override
        public void onEvent(ConnectionEvent event) {
            if (event == ConnectionEvent.CONNECTED) {
                stream.connection().write(Buffer.copyOf(word), true);
            }
        }
    }

    static Listener listener(String text) {
        try {
            return TextFormat.parse(text, Listener.class);
        } catch (TextFormat.ParseException wrong) {
            throw new AssertionError(wrong);
        }
    }

    static final String LOOPBACK =
            "address { socket_address { address: '127.0.0.1' port_value: 0 } } ";
    static final String ECHO = "filter_chains { name: 'main' filters { name: 'echo' } } ";

    void start(String... listeners) throws Exception {
        manager.load(
                java.util.Arrays.stream(listeners).map(ListenersFixture::listener).toList(),
                problems);
        assertThat(problems.all()).isEmpty();
        manager.start();
    }

    List<String> load(String... listeners) {
        manager.load(
                java.util.Arrays.stream(listeners).map(ListenersFixture::listener).toList(),
                problems);
        return problems.all().stream().map(Problems.Problem::toString).toList();
    }

    Socket client(String listener) throws IOException {
        Address.Ip address = (Address.Ip) manager.address(listener);
        Socket socket = new Socket();
        open.add(socket);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        socket.connect(new java.net.InetSocketAddress(address.address(), address.port()));
        return socket;
    }

    static String echo(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        return new String(
                client.getInputStream().readNBytes(text.length()), StandardCharsets.US_ASCII);
    }

    static String readAll(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    void until(BooleanSupplier condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time until the condition holds").isLessThan(deadline);
            CompletableFuture<Boolean> pause = new CompletableFuture<>();
            loops.main().post(() -> loops.main().timer(() -> pause.complete(true)).arm(2_000_000));
            pause.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    long stat(String name) {
        return store.value(name);
    }

    boolean refused(String listener) {
        try (Socket client = client(listener)) {
            return !client.isConnected();
        } catch (IOException refused) {
            return true;
        }
    }
}
