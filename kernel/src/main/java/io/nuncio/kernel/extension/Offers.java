package io.nuncio.kernel.extension;

import io.nuncio.spi.Category;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Which jar provides what, after the folder's jars were weighed against each other. Immutable.
///
/// Of one bundle's versions the highest serves, and of one version's jars the newest. An extension
/// belongs to the bundle that had it first; another bundle that offers it is refused, unless the
/// operator prefers it.
final class Offers {
    static final Offers NONE = new Offers(Map.of(), Map.of(), Map.of());

    private final Map<Path, BundleFolder.Jar> jars;
    private final Map<Path, String> objections;
    private final Map<Key, Offer> table;

    private Offers(
            Map<Path, BundleFolder.Jar> jars, Map<Path, String> objections, Map<Key, Offer> table) {
        this.jars = Map.copyOf(jars);
        this.objections = Map.copyOf(objections);
        this.table = Map.copyOf(table);
    }

    /// An extension with the jar that provides it.
    record Offer(BundleFolder.Jar jar, BundleManifest bundle, ExtensionInfo extension) {}

    /// What an extension is found by.
    private sealed interface Key {
        record Name(Category category, String name) implements Key {}

        record Type(Category category, String type) implements Key {}
    }

    /// Weighs jars.
    ///
    /// @param found oldest first; without a manifest if refused already
    /// @param before what was offered until now, which comes before any newcomer
    /// @param preferred bundles by the extension that they may take over
    static Offers of(List<BundleFolder.Jar> found, Offers before, Map<String, String> preferred) {
        var objections = new LinkedHashMap<Path, String>();
        var candidates = new LinkedHashMap<String, BundleFolder.Jar>();
        for (BundleFolder.Jar jar : found) {
            BundleManifest manifest = jar.manifest();
            if (manifest == null || jar.reason() != null) {
                objections.put(jar.path(), String.valueOf(jar.reason()));
                continue;
            }
            BundleFolder.Jar rival = candidates.get(manifest.name());
            if (rival == null || newer(jar, rival)) {
                candidates.put(manifest.name(), jar);
            }
        }
        for (BundleFolder.Jar jar : found) {
            BundleManifest manifest = jar.manifest();
            BundleFolder.Jar winner = manifest == null ? null : candidates.get(manifest.name());
            if (winner != null && winner != jar) {
                objections.putIfAbsent(jar.path(), "superseded by " + winner.path().getFileName());
            }
        }
        var inOrder = new ArrayList<>(candidates.values());
        // Stable: the preferred first, then what served before, then newcomers; each group oldest
        // first.
        inOrder.sort(Comparator.comparingInt(jar -> rank(jar, before, preferred)));
        var table = new HashMap<Key, Offer>();
        for (BundleFolder.Jar jar : inOrder) {
            String objection = add(jar, table);
            if (objection != null) {
                objections.put(jar.path(), objection);
            }
        }
        var jars = new LinkedHashMap<Path, BundleFolder.Jar>();
        found.forEach(jar -> jars.put(jar.path(), jar));
        return new Offers(jars, objections, table);
    }

    private static boolean newer(BundleFolder.Jar jar, BundleFolder.Jar rival) {
        if (jar.manifest() == null || rival.manifest() == null) {
            return jar.manifest() != null;
        }
        int versions = jar.manifest().version().compareTo(rival.manifest().version());
        return versions > 0 || (versions == 0 && jar.modified().compareTo(rival.modified()) >= 0);
    }

    private static int rank(BundleFolder.Jar jar, Offers before, Map<String, String> preferred) {
        BundleManifest manifest = jar.manifest();
        if (manifest == null) {
            return 2;
        }
        boolean chosen =
                manifest.extensions().stream()
                        .anyMatch(extension ->
                                manifest.name().equals(preferred.get(extension.name())));
        return chosen ? 0 : before.serves(manifest.name()) ? 1 : 2;
    }

    private boolean serves(String bundle) {
        return table.values().stream().anyMatch(offer -> offer.bundle().name().equals(bundle));
    }

    /// @return why nothing of the jar was added, null if all was
    private static @Nullable String add(BundleFolder.Jar jar, Map<Key, Offer> table) {
        BundleManifest manifest = jar.manifest();
        if (manifest == null) {
            return jar.reason();
        }
        var additions = new HashMap<Key, Offer>();
        for (ExtensionInfo extension : manifest.extensions()) {
            for (Key key : keys(extension)) {
                Offer present = table.get(key);
                if (present != null) {
                    return conflict(key, present, manifest);
                }
                additions.put(key, new Offer(jar, manifest, extension));
            }
        }
        table.putAll(additions);
        return null;
    }

    private static String conflict(Key key, Offer present, BundleManifest manifest) {
        String what =
                switch (key) {
                    case Key.Name(Category category, String name) ->
                            "extension " + name + " of " + category.envoyName();
                    case Key.Type(Category category, String type) ->
                            "configuration type " + type + " of " + category.envoyName();
                };
        return what
                + " is already provided by bundle "
                + present.bundle().name()
                + " "
                + present.bundle().version()
                + "; bundle "
                + manifest.name()
                + " "
                + manifest.version()
                + " is not loaded; remove one of them or prefer one";
    }

    private static List<Key> keys(ExtensionInfo extension) {
        var keys = new ArrayList<Key>();
        keys.add(new Key.Name(extension.category(), extension.name()));
        extension.types().forEach(type -> keys.add(new Key.Type(extension.category(), type)));
        return keys;
    }

    @Nullable Offer byName(Category category, String name) {
        return table.get(new Key.Name(category, name));
    }

    @Nullable Offer byType(Category category, String type) {
        return table.get(new Key.Type(category, type));
    }

    /// The extensions of any category that a message configures.
    List<Offer> byType(String type) {
        var found = new ArrayList<Offer>();
        for (Category category : Category.values()) {
            Offer offer = byType(category, type);
            if (offer != null) {
                found.add(offer);
            }
        }
        return found;
    }

    /// The names of the extensions of a category.
    Collection<String> names(Category category) {
        var names = new TreeSet<String>();
        for (Key key : table.keySet()) {
            if (key instanceof Key.Name(Category of, String name) && of == category) {
                names.add(name);
            }
        }
        return names;
    }

    /// The configuration types of all extensions.
    Collection<String> types() {
        var types = new TreeSet<String>();
        for (Key key : table.keySet()) {
            if (key instanceof Key.Type(_, String type)) {
                types.add(type);
            }
        }
        return types;
    }

    /// The jar that serves a bundle, null if none does.
    BundleFolder.@Nullable Jar jar(String bundle) {
        for (Offer offer : table.values()) {
            if (offer.bundle().name().equals(bundle)) {
                return offer.jar();
            }
        }
        return null;
    }

    Map<Path, BundleFolder.Jar> jars() {
        return jars;
    }

    /// Why a jar provides nothing, null if it does provide.
    @Nullable String objection(Path jar) {
        return objections.get(jar);
    }
}
