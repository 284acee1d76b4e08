package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.kernel.server.StartFailure;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Extensions that do not come back from `configure`: the main thread goes on, and so does what
/// served before.
class HangingConfigureIT {
    private static final String TIMEOUTS = "bundle.com.example.stamp.configure_timeout";
    private static final String SAID = "configure of acme.Stamp did not finish in 3 s";
    private static final String RELEASED = "hanging.configure.released";
    private static final String LATE = "hanging.configure.late";

    /// Heeds an interrupt.
    private static final String SLEEPS =
            """
            if (config.value().isEmpty() || config.value().equals("sleep")) {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException("interrupted");
                }
            }
            """;

    /// Heeds nothing, and goes on with its context when it is released.
    private static final String DEAF =
            """
            while (System.getProperty("%s") == null) {
                Thread.interrupted();
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }
            try {
                context.stats().counter("late");
                System.setProperty("%s", "served");
            } catch (Throwable refused) {
                System.setProperty("%s", refused.toString());
                throw refused;
            }
            """
                    .formatted(RELEASED, LATE, LATE);

    @TempDir Path folder;

    private Path bundles;
    private NuncioServer server;
    private SteadyRequests requests;

    @BeforeEach
    void prepare() throws IOException {
        StampBundle.forgetLoaders();
        System.clearProperty(RELEASED);
        System.clearProperty(LATE);
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
    }

    @AfterEach
    void stop() {
        System.setProperty(RELEASED, "yes");
        if (requests != null) {
            requests.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void put(StampBundle bundle) throws IOException {
        move(bundle.write(folder.resolve("fresh")), bundles.resolve("stamp.jar"));
    }

    private static void move(Path fresh, Path place) throws IOException {
        Files.move(
                fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static StampBundle hanging(String stamp, String configure) {
        return StampBundle.generation(stamp)
                .source("Stamp", StampBundle.factory("", configure, stamp));
    }

    private void writeListener(String value) throws IOException {
        String listener =
                """
                resources:
                - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
                  name: in
                  address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                  filter_chains:
                  - filters:
                    - name: envoy.filters.network.http_connection_manager
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                        stat_prefix: in
                        route_config:
                          virtual_hosts:
                          - name: all
                            domains: ["*"]
                            routes: [{ match: { prefix: / }, direct_response: { status: 200 } }]
                        http_filters:
                        - name: com.example.stamp
                          typed_config:
                            "@type": type.googleapis.com/google.protobuf.Struct
                            value: { %s }
                        - name: envoy.filters.http.router
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                """
                        .formatted(value);
        move(Files.writeString(folder.resolve("lds.new"), listener), folder.resolve("lds.yaml"));
    }

    private void start() throws Exception {
        server =
                NuncioServer.start(
                        bundles,
                        """
                        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
                        dynamic_resources:
                          lds_config: { path_config_source: { path: %s/lds.yaml } }
                        """
                                .formatted(folder),
                        "--configure-limit-s",
                        "3",
                        "--drain-time-s",
                        "1");
        requests = SteadyRequests.to(server.address("in"));
    }

    @Test
    void atASwapTheGenerationBeforeServesOn() throws Exception {
        put(StampBundle.generation("one"));
        writeListener("");
        start();
        requests.awaitHeader("x-stamp", "one-one");
        put(hanging("two", SLEEPS));
        awaitBundles("http_filters[0].typed_config: " + SAID);
        goesOn();
        put(StampBundle.generation("three"));
        requests.awaitHeader("x-stamp", "three-three");
    }

    @Test
    void oneThatHeedsNothingIsLeftBehindAndFindsItsContextClosed() throws Exception {
        put(StampBundle.generation("one"));
        writeListener("");
        start();
        requests.awaitHeader("x-stamp", "one-one");
        put(hanging("two", DEAF));
        awaitBundles(SAID);
        goesOn();
        System.setProperty(RELEASED, "yes");
        for (int attempt = 0; attempt < 400 && System.getProperty(LATE) == null; attempt++) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(System.getProperty(LATE)).contains("GivenUp");
        put(StampBundle.generation("three"));
        requests.awaitHeader("x-stamp", "three-three");
    }

    @Test
    void anUpdateOfAListenerIsRejectedAndTheNextIsTaken() throws Exception {
        put(hanging("one", SLEEPS));
        writeListener("value: first");
        start();
        requests.awaitHeader("x-stamp", "first-one");
        writeListener("value: sleep");
        server.awaitStat("listener_manager.lds.update_rejected", 1);
        goesOn();
        writeListener("value: second");
        requests.awaitHeader("x-stamp", "second-one");
        assertThat(requests.failures()).isEmpty();
    }

    /// The constructor takes longer than `configure` may, and less than constructors may.
    @Test
    void theTimeToLoadABundleIsNotThatOfTheExtensionAboveIt() throws Exception {
        String slow = "Thread.sleep(4_000);";
        put(StampBundle.generation("one").source("Stamp", StampBundle.factory(slow, "one")));
        writeListener("");
        start();
        requests.awaitHeader("x-stamp", "one-one");
        assertThat(server.stat("listener_manager.lds.update_rejected")).isZero();
    }

    @Test
    void aStartIsRefused() throws Exception {
        put(hanging("one", SLEEPS));
        String listener =
                """
                - name: %s
                  address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                  filter_chains:
                  - filters:
                    - name: envoy.filters.network.http_connection_manager
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                        stat_prefix: in
                        route_config: {}
                        http_filters:
                        - name: com.example.stamp
                          typed_config:
                            "@type": type.googleapis.com/google.protobuf.Struct
                        - name: envoy.filters.http.router
                          typed_config:
                            "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                """;
        String two =
                "static_resources:\n  listeners:\n"
                        + (listener.formatted("one") + listener.formatted("two")).indent(2);
        assertThatThrownBy(
                        () -> NuncioServer.start(bundles, two, "--configure-limit-s", "3").close())
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(
                        SAID + "; it must not wait for anything: take a mended bundle, or raise")
                .hasMessageContaining(SAID + " before and is not asked again now");
    }

    private void goesOn() {
        requests.awaitAnswers("");
        assertThat(requests.failures()).isEmpty();
        assertThat(server.stat(TIMEOUTS)).isEqualTo(1);
        assertThat(server.stat("bundles.swap_success")).isZero();
    }

    private void awaitBundles(String text) {
        String page = "";
        for (int attempt = 0; attempt < 200; attempt++) {
            try (RawClient admin = RawClient.connect(server.admin())) {
                page = admin.exchange("GET /bundles HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
            }
            if (page.contains(text)) {
                return;
            }
            LockSupport.parkNanos(100_000_000);
        }
        assertThat(page).contains(text);
    }
}
