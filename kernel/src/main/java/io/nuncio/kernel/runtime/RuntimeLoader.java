package io.nuncio.kernel.runtime;

import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// The runtime of one server: its layers, in order, and the values that result.
///
/// A cell lives as long as somebody holds a value made from it, so that configurations that come
/// and go leave nothing behind. Thread: main; what it gives out is read anywhere.
public final class RuntimeLoader implements RuntimeValues {
    private static final Logger LOG = LoggerFactory.getLogger("runtime");

    /// One layer of the configuration; what it says is asked for with every snapshot.
    private interface Source {
        RuntimeLayer layer() throws IOException;
    }

    private final List<Source> sources = new ArrayList<>();
    private final Set<Path> links = new HashSet<>();
    private final Map<String, Reference<RuntimeCell>> cells = new HashMap<>();
    private final Map<String, RuntimeEntry> overrides = new TreeMap<>();
    private boolean adminLayer;
    private int diskLayers;
    private volatile RuntimeSnapshot snapshot = new RuntimeSnapshot(List.of());

    private final RuntimeStats stats;

    /// @param config an admin layer stands alone if it has no layers
    /// @param serviceCluster for disk layers that ask for it
    /// @param deprecatedUses how often the configuration uses what is deprecated
    /// @param problems everything wrong with it, below `layered_runtime`
    /// @param root where `runtime.*` goes
    public RuntimeLoader(
            LayeredRuntime config,
            String serviceCluster,
            int deprecatedUses,
            Problems problems,
            StatsScope root) {
        stats = RuntimeStats.in(root);
        stats.deprecatedFeatureUse().add(deprecatedUses);
        stats.deprecatedFeatureSeen().set(deprecatedUses);
        Set<String> names = new HashSet<>();
        for (int index = 0; index < config.getLayersCount(); index++) {
            var layer = config.getLayers(index);
            Problems place = problems.in("layers[" + index + "]");
            if (!names.add(layer.getName())) {
                place.add("name", "two layers are called `" + layer.getName() + "`");
            }
            add(layer, serviceCluster, place);
        }
        if (config.getLayersCount() == 0) {
            addAdminLayer("", problems);
        }
        load();
    }

    private void add(
            io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer layer,
            String serviceCluster,
            Problems problems) {
        String name = layer.getName();
        switch (layer.getLayerSpecifierCase()) {
            case STATIC_LAYER -> {
                RuntimeLayer made =
                        RuntimeLayer.of(name, layer.getStaticLayer(), problems.in("static_layer"));
                sources.add(() -> made);
            }
            case DISK_LAYER -> addDiskLayer(name, layer.getDiskLayer(), serviceCluster);
            case ADMIN_LAYER -> addAdminLayer(name, problems);
            case RTDS_LAYER -> problems.add("rtds_layer", "is not supported yet");
            case LAYERSPECIFIER_NOT_SET -> problems.add("", "a layer is required");
        }
    }

    private void addDiskLayer(String name, DiskLayer layer, String serviceCluster) {
        Path link = Path.of(layer.getSymlinkRoot()).toAbsolutePath();
        Path below = link.resolve(layer.getSubdirectory());
        Path folder = layer.getAppendServiceCluster() ? below.resolve(serviceCluster) : below;
        links.add(link);
        sources.add(() -> {
            if (!Files.isDirectory(folder)) {
                return new RuntimeLayer("", Map.of());
            }
            RuntimeLayer read = io.nuncio.kernel.runtime.DiskLayer.read(name, folder);
            diskLayers++;
            return read;
        });
    }

    private void addAdminLayer(String name, Problems problems) {
        if (adminLayer) {
            problems.add("admin_layer", "there is one already; a runtime has at most one");
        }
        adminLayer = true;
        sources.add(() -> new RuntimeLayer(name.isEmpty() ? "admin" : name, overrides));
    }

    /// Reads disk layers again whenever their links are swapped.
    public void watch(FileWatcher watcher) {
        links.forEach(link -> watcher.watch(link, this::load));
    }

    /// Makes a snapshot of all layers and publishes it. A layer that cannot be read is left out.
    private void load() {
        List<RuntimeLayer> read = new ArrayList<>();
        diskLayers = 0;
        boolean failed = false;
        for (Source source : sources) {
            try {
                RuntimeLayer layer = source.layer();
                if (!layer.name().isEmpty()) {
                    read.add(layer);
                }
            } catch (IOException failure) {
                failed = true;
                LOG.warn("a layer of the runtime is left out: {}", failure.getMessage());
            }
        }
        (failed ? stats.loadError() : stats.loadSuccess()).increment();
        (diskLayers > 1 ? stats.overrideDirExists() : stats.overrideDirNotExists()).increment();
        RuntimeSnapshot made = new RuntimeSnapshot(read);
        stats.layers().set(read.size());
        stats.keys().set(made.keys());
        snapshot = made;
        cells.entrySet().removeIf(entry -> entry.getValue().refersTo(null));
        cells.forEach((key, reference) -> {
            RuntimeCell cell = reference.get();
            if (cell != null) {
                cell.set(made.find(key));
            }
        });
    }

    /// What all layers say now. Thread: any.
    public RuntimeSnapshot snapshot() {
        return snapshot;
    }

    /// Changes the admin layer: each key gets its value, or is removed if that is empty.
    ///
    /// @return false if there is no admin layer
    public boolean override(Map<String, String> values) {
        if (!adminLayer) {
            return false;
        }
        values.forEach((key, value) -> {
            overrides.remove(key);
            if (!value.isEmpty()) {
                overrides.put(key, RuntimeEntry.ofText(value));
            }
        });
        stats.adminOverridesActive().set(overrides.isEmpty() ? 0 : 1);
        load();
        return true;
    }

    @Override
    public LongSupplier integer(String key, long defaultValue) {
        return cell(key).integer(defaultValue);
    }

    @Override
    public DoubleSupplier number(String key, double defaultValue) {
        return cell(key).number(defaultValue);
    }

    @Override
    public BooleanSupplier flag(String key, boolean defaultValue) {
        return cell(key).flag(defaultValue);
    }

    @Override
    public RuntimeFraction fraction(RuntimeFractionalPercent percent) {
        return percent.getRuntimeKey().isEmpty()
                ? RuntimeFraction.of(percent.getDefaultValue())
                : cell(percent.getRuntimeKey()).fraction(percent.getDefaultValue());
    }

    private RuntimeCell cell(String key) {
        Reference<RuntimeCell> reference = cells.get(key);
        RuntimeCell cell = reference == null ? null : reference.get();
        if (cell == null) {
            cell = new RuntimeCell();
            if (!key.isEmpty()) {
                cell.set(snapshot.find(key));
                cells.put(key, new WeakReference<>(cell));
            }
        }
        return cell;
    }
}
