package io.nuncio.kernel.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.RuntimeValues;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayeredRuntimeTest {
    @Test
    void levelsAreThePartsOfAKey() {
        RuntimeValues runtime = RuntimeLayers.of("{a: {b: {c: 5}}, 'd.e': {f: 6}}");
        assertThat(runtime.integer("a.b.c", 0)).isEqualTo(5);
        assertThat(runtime.integer("d.e.f", 0)).isEqualTo(6);
        assertThat(runtime.integer("a.b", 1)).isEqualTo(1);
    }

    @Test
    void theLastLayerThatHasAKeyWins() {
        RuntimeValues runtime = RuntimeLayers.of("{a: 1, b: 1}", "{b: 2}");
        assertThat(runtime.integer("a", 0)).isEqualTo(1);
        assertThat(runtime.integer("b", 0)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "5, 5, 5.0, true",
        "0, 0, 0.0, false",
        "2.7, 2, 2.7, false",
        "-3, 99, -3.0, true",
        "'\"12\"', 12, 12.0, true",
        "'\"4294967296\"', 4294967296, 4294967296.0, false",
        "true, 99, 99.0, true",
        "'\"TRUE\"', 99, 99.0, true",
        "text, 99, 99.0, false",
        "'\"1d\"', 99, 99.0, false"
    })
    void aValueIsReadAsWhatIsAskedFor(String text, long integer, double number, boolean truth) {
        RuntimeValues runtime = RuntimeLayers.of("key: " + text);
        assertThat(runtime.integer("key", 99)).isEqualTo(integer);
        assertThat(runtime.number("key", 99)).isEqualTo(number);
        assertThat(runtime.truth("key", false)).isEqualTo(truth);
    }

    @Test
    void whatIsNotSetTakesTheDefault() {
        RuntimeValues runtime = RuntimeLayers.of("a: 1");
        assertThat(runtime.integer("b", 7)).isEqualTo(7);
        assertThat(runtime.integer("", 7)).isEqualTo(7);
        assertThat(runtime.truth("b", true)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "20, 19, true",
        "20, 20, false",
        "20, 120, false",
        "20, 119, true",
        "101, 55, true",
        "'{numerator: 3, denominator: TEN_THOUSAND}', 2, true",
        "'{numerator: 3, denominator: TEN_THOUSAND}', 102, false",
        "'{numerator: 40}', 39, true",
        "'{}', 0, false",
        "text, 49, true",
        "text, 50, false"
    })
    void aShareMayComeFromTheRuntime(String value, long random, boolean holds) {
        RuntimeFraction fraction =
                RuntimeFraction.of(
                        RuntimeFractionalPercent.newBuilder()
                                .setRuntimeKey("share")
                                .setDefaultValue(FractionalPercent.newBuilder().setNumerator(50))
                                .build(),
                        RuntimeLayers.of("share: " + value));
        assertThat(fraction.holds(random)).isEqualTo(holds);
    }

    @Test
    void aListIsNoValueAndNamesAreUnique() {
        Problems problems = new Problems();
        RuntimeLayers.of(problems, StatsStore.detached().root(), "{a: {b: [1]}}");
        assertThat(problems.all())
                .extracting(Object::toString)
                .containsExactly("layers[0].static_layer: invalid runtime entry value for a.b");
    }

    @Test
    void keysLayersAndDeprecatedUsesAreCounted() {
        StatsStore store = StatsStore.detached();
        RuntimeLayers.of(new Problems(), store.root(), "{a: 1, b: 1}", "{b: 2}");
        assertThat(store.findGauge("runtime.num_keys").value()).isEqualTo(2);
        assertThat(store.findGauge("runtime.num_layers").value()).isEqualTo(2);
        assertThat(store.findCounter("runtime.load_success").value()).isEqualTo(1);
        assertThat(store.findCounter("runtime.deprecated_feature_use").value()).isEqualTo(2);
    }
}
