package io.nuncio.kernel.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

class RuntimeLoaderTest {
    private final Problems problems = new Problems();
    private final StatsStore stats = StatsStore.detached();

    private RuntimeLoader runtime(String layers) {
        return runtime(layers, "");
    }

    private RuntimeLoader runtime(String layers, String cluster) {
        LayeredRuntime.Builder config = LayeredRuntime.newBuilder();
        try {
            JsonFormat.parser().merge("{\"layers\": [" + layers + "]}", config);
        } catch (IOException wrong) {
            throw new AssertionError(wrong);
        }
        return new RuntimeLoader(config.build(), cluster, 2, problems, stats.root());
    }

    private long stat(String name) {
        var gauge = stats.findGauge("runtime." + name);
        return gauge != null ? gauge.value() : stats.findCounter("runtime." + name).value();
    }

    private static String layer(String name, String values) {
        return "{\"name\": \"" + name + "\", \"static_layer\": " + values + "}";
    }

    private static final String ADMIN = "{\"name\": \"admin\", \"admin_layer\": {}}";

    @Test
    void aLaterLayerOverridesAnEarlierOne() {
        RuntimeLoader runtime =
                runtime(
                        layer("base", "{\"health_check\": {\"min_interval\": 5, \"other\": 6}}")
                                + ","
                                + layer("top", "{\"health_check.min_interval\": 7}"));

        assertThat(runtime.integer("health_check.min_interval", 1).getAsLong()).isEqualTo(7);
        assertThat(runtime.integer("health_check.other", 1).getAsLong()).isEqualTo(6);
        assertThat(runtime.integer("health_check.absent", 1).getAsLong()).isEqualTo(1);
        assertThat(stat("num_keys")).isEqualTo(2);
        assertThat(stat("num_layers")).isEqualTo(2);
        assertThat(stat("load_success")).isEqualTo(1);
        assertThat(stat("deprecated_feature_use")).isEqualTo(2);
        assertThat(stat("deprecated_feature_seen_since_process_start")).isEqualTo(2);
        assertThat(runtime.snapshot().layerValues())
                .containsEntry("health_check.min_interval", List.of("5", "7"))
                .containsEntry("health_check.other", List.of("6", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // value | integer | number | flag; 99 and true where the default holds
                "5 | 5 | 5 | true",
                "0 | 0 | 0 | false",
                "3.7 | 3 | 3.7 | true",
                "-2 | 99 | -2 | true",
                "\"5\" | 5 | 5 | true",
                "\" 5 \" | 5 | 5 | true",
                "1e3 | 1000 | 1000 | true",
                "18446744073709549568 | -2048 | 1.8446744073709549568E19 | true",
                "true | 99 | 99 | true",
                "false | 99 | 99 | false",
                "\"FALSE\" | 99 | 99 | false",
                "\"other\" | 99 | 99 | true",
            })
    void aValueIsReadAsEachKindThatItIs(String value, long integer, double number, boolean flag) {
        RuntimeLoader runtime = runtime(layer("base", "{\"key\": " + value + "}"));

        assertThat(runtime.integer("key", 99).getAsLong()).isEqualTo(integer);
        assertThat(runtime.number("key", 99).getAsDouble()).isEqualTo(number);
        assertThat(runtime.flag("key", true).getAsBoolean()).isEqualTo(flag);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // value | how many of 1,000,000 random numbers
                "{\"numerator\": 5} | 50000",
                "{\"numerator\": 5, \"denominator\": \"TEN_THOUSAND\"} | 500",
                "{\"numerator\": 5, \"denominator\": \"MILLION\"} | 5",
                "{\"denominator\": 1} | 0",
                "20 | 200000",
                "\"20\" | 200000",
                "250 | 1000000",
                "0 | 0",
                "\"{numerator: 5, denominator: MILLION}\" | 5",
                "\"numerator: 7\\ndenominator: MILLION\" | 7",
                "true | 10",
                "\"twenty\" | 10",
                "{\"numerator\": 5, \"other\": 1} | 10",
                "{\"numerator\": -5} | 10",
                "{\"numerator\": 5, \"denominator\": \"BILLION\"} | 10",
            })
    void aFractionIsAPercentageOrWrittenOutElseTheDefault(String value, long included) {
        var percent = RuntimeFractionalPercent.newBuilder().setRuntimeKey("key");
        percent.getDefaultValueBuilder().setNumerator(10).setDenominatorValue(2);
        var fraction = runtime(layer("base", "{\"key\": " + value + "}")).fraction(percent.build());

        long count = 0;
        for (long random = 0; random < 1_000_000; random++) {
            count += fraction.includes(random) ? 1 : 0;
        }
        assertThat(count).isEqualTo(included);
    }

    @Test
    void aFractionWithoutAKeyIsItsDefault() {
        var percent = RuntimeFractionalPercent.newBuilder();
        percent.getDefaultValueBuilder().setNumerator(10);
        var fraction = runtime(ADMIN).fraction(percent.build());
        assertThat(fraction.includes(9)).isTrue();
        assertThat(fraction.includes(10)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[1]"})
    void whatIsNoValueIsRefused(String value) {
        runtime(layer("base", "{\"a\": {\"b\": " + value + "}}"));
        assertThat(problems.all())
                .singleElement()
                .asString()
                .startsWith("layers[0].static_layer.a.b: ");
    }

    @Test
    void twoLayersOfOneNameAreRefused() {
        runtime(layer("base", "{}") + "," + layer("base", "{}"));
        assertThat(problems.all())
                .singleElement()
                .hasToString("layers[1].name: two layers are called `base`");
    }

    @Test
    void twoAdminLayersAreRefused() {
        runtime(ADMIN + ", {\"name\": \"second\", \"admin_layer\": {}}");
        assertThat(problems.all())
                .singleElement()
                .hasToString(
                        "layers[1].admin_layer: there is one already; a runtime has at most one");
    }

    @Test
    void theAdminLayerStandsWhereItIsNamed() {
        RuntimeLoader runtime = runtime(ADMIN + "," + layer("top", "{\"a\": 1}"));
        assertThat(runtime.override(Map.of("a", "2", "b", "3"))).isTrue();

        assertThat(runtime.integer("a", 0).getAsLong()).isEqualTo(1);
        assertThat(runtime.integer("b", 0).getAsLong()).isEqualTo(3);
    }

    @Test
    void anOverrideReachesWhatWasAskedForBeforeAndIsTakenBackByAnEmptyValue() {
        RuntimeLoader runtime = runtime(layer("base", "{\"a\": 1}") + "," + ADMIN);
        LongSupplier value = runtime.integer("a", 0);

        runtime.override(Map.of("a", "2"));
        assertThat(value.getAsLong()).isEqualTo(2);
        assertThat(stat("admin_overrides_active")).isEqualTo(1);
        runtime.override(Map.of("a", ""));
        assertThat(value.getAsLong()).isEqualTo(1);
        assertThat(stat("admin_overrides_active")).isZero();
        assertThat(stat("load_success")).isEqualTo(3);
    }

    @Test
    void withoutAnAdminLayerNothingIsOverridden() {
        RuntimeLoader runtime = runtime(layer("base", "{}"));
        assertThat(runtime.override(Map.of("a", "2"))).isFalse();
    }

    @Test
    void aRuntimeWithoutLayersHasAnAdminLayer() {
        RuntimeLoader runtime = runtime("");
        assertThat(runtime.override(Map.of("a", "2"))).isTrue();
        assertThat(runtime.snapshot().layerNames()).containsExactly("admin");
    }

    // Disk.

    @TempDir Path folder;

    private void write(String path, String content) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private String disk(String name, String more) {
        return "{\"name\": \"%s\", \"disk_layer\": {\"symlink_root\": \"%s\"%s}}"
                .formatted(name, folder.resolve("current"), more);
    }

    @Test
    void aDiskLayerReadsAFilePerKeyWithoutItsComments() throws IOException {
        write("current/envoy/health_check/min_interval", "# since May\n 5 \n");
        write("current/envoy/flag", "true\n");
        write("current/envoy/empty", "# nothing yet\n");
        RuntimeLoader runtime = runtime(disk("disk", ", \"subdirectory\": \"envoy\""));

        assertThat(runtime.integer("health_check.min_interval", 0).getAsLong()).isEqualTo(5);
        assertThat(runtime.flag("flag", false).getAsBoolean()).isTrue();
        assertThat(runtime.integer("empty", 9).getAsLong()).isEqualTo(9);
    }

    @Test
    void aDiskLayerMayBeTheServiceClustersOwn() throws IOException {
        write("current/envoy/a", "1");
        write("current/override/mine/a", "2");
        write("current/override/another/a", "3");
        RuntimeLoader runtime =
                runtime(
                        disk("root", ", \"subdirectory\": \"envoy\"")
                                + ","
                                + disk(
                                        "override",
                                        ", \"subdirectory\": \"override\","
                                                + " \"append_service_cluster\": true"),
                        "mine");

        assertThat(runtime.integer("a", 0).getAsLong()).isEqualTo(2);
        assertThat(stat("override_dir_exists")).isEqualTo(1);
    }

    @Test
    void aFolderThatIsNotThereIsNoLayerAndNoError() {
        RuntimeLoader runtime = runtime(disk("disk", "") + "," + ADMIN);
        assertThat(runtime.snapshot().layerNames()).containsExactly("admin");
        assertThat(stat("load_error")).isZero();
        assertThat(stat("override_dir_not_exists")).isEqualTo(1);
    }

    @Test
    void aLayerThatCannotBeReadIsLeftOut() throws IOException {
        write("current/a", "1");
        write("current/" + "x/".repeat(17) + "deep", "1");
        RuntimeLoader runtime = runtime(layer("base", "{\"a\": 7}") + "," + disk("disk", ""));

        assertThat(runtime.integer("a", 0).getAsLong()).isEqualTo(7);
        assertThat(stat("load_error")).isEqualTo(1);
        assertThat(stat("num_layers")).isEqualTo(1);
    }

    @Test
    void aDiskLayerFollowsItsLink() throws Exception {
        write("v1/envoy/a", "1");
        write("v2/envoy/a", "2");
        Path current = Files.createSymbolicLink(folder.resolve("current"), folder.resolve("v1"));
        RuntimeLoader runtime = runtime(disk("disk", ", \"subdirectory\": \"envoy\""));
        LongSupplier value = runtime.integer("a", 0);
        assertThat(value.getAsLong()).isEqualTo(1);

        try (WorkerLoops loops = WorkerLoops.create(1, IoEngine.NIO)) {
            FileWatcher watcher = new FileWatcher(loops.main());
            CompletableFuture<Void> loaded = new CompletableFuture<>();
            loops.main()
                    .post(() -> {
                        runtime.watch(watcher);
                        watcher.watch(current, () -> loaded.complete(null));
                    });
            CompletableFuture<Void> watching = new CompletableFuture<>();
            loops.main().post(() -> watching.complete(null));
            watching.join();

            Path next = Files.createSymbolicLink(folder.resolve("next"), folder.resolve("v2"));
            Files.move(
                    next,
                    current,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            loaded.join();
            CompletableFuture<Long> read = new CompletableFuture<>();
            loops.main().post(() -> read.complete(value.getAsLong()));
            assertThat(read.join()).isEqualTo(2);
            loops.main().post(watcher::close);
        }
    }

    @Test
    void noKeyIsEverEmpty() {
        RuntimeLoader runtime = runtime(layer("base", "{\"\": 5}"));
        assertThat(runtime.integer("", 3).getAsLong()).isEqualTo(3);
    }
}
