package io.nuncio.kernel.runtime;

import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer.LayerSpecifierCase;
import io.nuncio.kernel.runtime.RuntimeEntry.Share;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The values of all layers, merged; of a key that several layers have, the last one's.
///
/// Made on the main thread; any thread reads.
public final class LayeredRuntime implements RuntimeValues {
    private final Map<String, RuntimeEntry> values;

    private LayeredRuntime(Map<String, RuntimeEntry> values) {
        this.values = Map.copyOf(values);
    }

    /// Reads the bootstrap's layers.
    ///
    /// @param deprecatedUses how often the configuration uses what is deprecated
    /// @param problems at `layered_runtime`
    /// @param root for the statistics `runtime.*`
    public static LayeredRuntime of(
            io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime message,
            int deprecatedUses,
            Problems problems,
            StatsScope root) {
        List<RuntimeLayer> layers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int index = 0; index < message.getLayersCount(); index++) {
            var layer = message.getLayers(index);
            Problems here = problems.in("layers[" + index + "]");
            if (!names.add(layer.getName())) {
                here.add("name", "duplicate layer name: " + layer.getName());
            }
            if (layer.getLayerSpecifierCase() == LayerSpecifierCase.STATIC_LAYER) {
                layers.add(
                        RuntimeLayer.of(
                                layer.getName(), layer.getStaticLayer(), here.in("static_layer")));
            }
        }
        Map<String, RuntimeEntry> values = new HashMap<>();
        layers.forEach(layer -> values.putAll(layer.entries()));
        RuntimeStats stats = RuntimeStats.in(root);
        stats.deprecatedFeatureUse().add(deprecatedUses);
        stats.deprecatedFeatureSeen().set(deprecatedUses);
        stats.loadSuccess().increment();
        stats.keys().set(values.size());
        stats.layers().set(layers.size());
        return new LayeredRuntime(values);
    }

    @Override
    public long integer(String key, long otherwise) {
        RuntimeEntry entry = entry(key);
        Long integer = entry == null ? null : entry.integer();
        return integer == null ? otherwise : integer;
    }

    @Override
    public double number(String key, double otherwise) {
        RuntimeEntry entry = entry(key);
        Double number = entry == null ? null : entry.number();
        return number == null ? otherwise : number;
    }

    @Override
    public boolean truth(String key, boolean otherwise) {
        RuntimeEntry entry = entry(key);
        Boolean truth = entry == null ? null : entry.truth();
        return truth == null ? otherwise : truth;
    }

    @Override
    public boolean enabled(String key, int numerator, int denominator, long random) {
        RuntimeEntry entry = entry(key);
        if (entry != null) {
            Share share = entry.share();
            if (share != null) {
                return Long.remainderUnsigned(random, share.denominator()) < share.numerator();
            }
            Long percent = entry.integer();
            if (percent != null) {
                return percent > 100 || Long.remainderUnsigned(random, 100) < percent;
            }
        }
        return Long.remainderUnsigned(random, denominator) < numerator;
    }

    private @Nullable RuntimeEntry entry(String key) {
        return key.isEmpty() ? null : values.get(key);
    }
}
