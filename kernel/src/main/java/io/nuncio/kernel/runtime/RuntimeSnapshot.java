package io.nuncio.kernel.runtime;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What all layers say at one moment; a later layer overrides an earlier one.
public final class RuntimeSnapshot {
    private final List<RuntimeLayer> layers;
    private final Map<String, RuntimeEntry> values = new HashMap<>();

    RuntimeSnapshot(List<RuntimeLayer> layers) {
        this.layers = List.copyOf(layers);
        layers.forEach(layer -> values.putAll(layer.values()));
    }

    @Nullable RuntimeEntry find(String key) {
        return values.get(key);
    }

    int keys() {
        return values.size();
    }

    /// The names of the layers, in order.
    public List<String> layerNames() {
        return layers.stream().map(RuntimeLayer::name).toList();
    }

    /// For each key, in order, what each layer says of it; empty where it says nothing.
    public Map<String, List<String>> layerValues() {
        Map<String, List<String>> all = new TreeMap<>();
        for (String key : values.keySet()) {
            List<String> texts = new ArrayList<>(layers.size());
            for (RuntimeLayer layer : layers) {
                RuntimeEntry entry = layer.values().get(key);
                texts.add(entry == null ? "" : entry.raw());
            }
            all.put(key, texts);
        }
        return all;
    }
}
