package io.nuncio.kernel.extension;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The generations that are installed, and by bundle the one that serves. One that is superseded
/// ends when no configuration holds it any more. [ExtensionRegistry] guards it.
final class Generations {
    private static final Logger LOG = LoggerFactory.getLogger("extension");

    private final BundleStore store;
    private final BundleLoader loader;
    private final ConfigBinding binding;
    private final Consumer<Generation> unused;
    private final Map<BundleFolder.Jar, BundleStore.Stored> stored = new HashMap<>();
    private final Map<String, Generation> byDigest = new LinkedHashMap<>();
    private final Map<String, Serving> serving = new HashMap<>();

    /// @param jar the file of the bundles folder that the generation is from
    private record Serving(BundleFolder.Jar jar, Generation generation) {}

    /// @param unused told of a generation that nobody holds any more; calls [#discard] under the
    ///   lock
    Generations(
            BundleStore store,
            BundleLoader loader,
            ConfigBinding binding,
            Consumer<Generation> unused) {
        this.unused = unused;
        this.store = store;
        this.loader = loader;
        this.binding = binding;
    }

    /// The generation of a jar that serves from now on, installed if it is new.
    Generation serve(BundleFolder.Jar jar) throws BundleRefused {
        Generation generation = install(jar);
        promote(jar, generation);
        return generation;
    }

    /// Verifies and installs a jar beside what serves.
    Generation install(BundleFolder.Jar jar) throws BundleRefused {
        BundleStore.Stored content = stored.get(jar);
        if (content == null) {
            content = store.add(jar.path());
            if (!content.manifest().equals(jar.manifest())) {
                throw new BundleRefused("changed while it was read; try again");
            }
            stored.put(jar, content);
        }
        Generation generation = byDigest.get(content.sha256());
        if (generation == null) {
            generation = make(content);
            byDigest.put(content.sha256(), generation);
            LOG.debug("installed {} ({})", jar.path(), content.sha256());
        }
        return generation;
    }

    private Generation make(BundleStore.Stored content) throws BundleRefused {
        return new Generation(content, loader.install(content), loader, binding, unused);
    }

    /// Installs a verified jar for nobody yet to see.
    Generation make(BundleStore.Stored content, @Nullable Generation before) throws BundleRefused {
        Generation made = make(content);
        try {
            if (before != null) {
                made.follow(before);
            }
            return made;
        } catch (BundleRefused refused) {
            made.close();
            throw refused;
        }
    }

    /// Lets others find what [#make] made; an equal one that came first is taken instead.
    Generation add(BundleFolder.Jar jar, Generation made) {
        stored.put(jar, made.stored());
        Generation known = byDigest.putIfAbsent(made.stored().sha256(), made);
        if (known != null && known != made) {
            made.close();
            return known;
        }
        return made;
    }

    /// Serves from now on; the one before ends when nobody holds it.
    void promote(BundleFolder.Jar jar, Generation generation) {
        Serving before = serving.put(generation.bundle(), new Serving(jar, generation));
        if (before != null && before.generation() != generation) {
            discard(before.generation());
        }
    }

    /// Unloads a generation that neither serves nor is held.
    void discard(Generation generation) {
        if (generation.leases() == 0 && !serves(generation)) {
            end(generation);
        }
    }

    private boolean serves(Generation generation) {
        Serving now = serving.get(generation.bundle());
        return now != null && now.generation() == generation;
    }

    private void end(Generation generation) {
        if (byDigest.remove(generation.stored().sha256(), generation)) {
            stored.values().removeIf(content -> content.equals(generation.stored()));
            generation.close();
            LOG.info(
                    "bundle {} {} ({}) is unloaded",
                    generation.bundle(),
                    generation.stored().manifest().version(),
                    generation.stored().sha256());
        }
    }

    /// What serves a bundle, null if nothing does.
    @Nullable Generation current(String bundle) {
        Serving now = serving.get(bundle);
        return now == null ? null : now.generation();
    }

    /// What was verified of a file, null if it was not.
    BundleStore.@Nullable Stored stored(BundleFolder.Jar jar) {
        return stored.get(jar);
    }

    /// The files from which bundles in use were read, by bundle: they serve whatever the folder has
    /// now.
    Map<String, BundleFolder.Jar> inUse() {
        Map<String, BundleFolder.Jar> jars = new HashMap<>();
        serving.forEach((bundle, now) -> {
            if (now.generation().leases() > 0) {
                jars.put(bundle, now.jar());
            }
        });
        return jars;
    }

    /// All that are installed, in the order in which they came.
    List<GenerationStatus> status() {
        List<GenerationStatus> all = new ArrayList<>();
        for (Generation generation : byDigest.values()) {
            if (serves(generation) || generation.leases() > 0) {
                all.add(
                        new GenerationStatus(
                                generation.stored().manifest(),
                                generation.stored().sha256(),
                                serves(generation),
                                generation.leases()));
            }
        }
        return all;
    }

    void close() {
        List.copyOf(byDigest.values()).forEach(Generation::close);
        byDigest.clear();
        serving.clear();
    }
}
