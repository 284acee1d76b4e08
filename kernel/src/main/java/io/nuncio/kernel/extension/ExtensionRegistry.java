package io.nuncio.kernel.extension;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

import io.nuncio.kernel.config.ExtensionIndex;
import io.nuncio.kernel.config.FieldTable;
import io.nuncio.kernel.config.MessageTypes;
import io.nuncio.kernel.config.Types;
import io.nuncio.spi.Category;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The extensions that the bundles folder offers, and their factories once a configuration has
/// named them.
///
/// A question for something unknown reads the folder anew, so that a jar dropped in serves the next
/// configuration. Thread: any, one call at a time; loading runs the extension's constructor and may
/// take as long as [Settings#startLimit].
public final class ExtensionRegistry implements ExtensionIndex, AutoCloseable {
    private final Settings settings;
    private final BundleFolder folder;
    private final BundleStore store;
    private final BundleLoader loader;
    private final ShippedBundles shipped;
    private final Types types = new Types(List.of(this::message));
    private final ConfigBinding binding = new ConfigBinding(types, this);
    private final Map<String, Category> categories =
            Arrays.stream(Category.values())
                    .collect(
                            Collectors.toMap(
                                    Category::envoyName, Function.identity(), (a, _) -> a));
    private final Logger logger = LoggerFactory.getLogger("extension");

    private final Generations generations;
    private final Map<BundleFolder.Jar, String> refused = new HashMap<>();
    private final Map<BundleFolder.Jar, FieldTable> fieldTables = new HashMap<>();
    private List<BundleFolder.Jar> found = List.of();

    /// What the folder offers, and what is offered: a bundle in use is not replaced before every
    /// configuration that uses it has been compiled against its successor.
    private Offers wanted = Offers.NONE;

    private Offers offers = Offers.NONE;
    private @Nullable Candidate trial;

    /// Where bundles come from.
    ///
    /// @param bundles the folder that is searched; may be absent
    /// @param store where verified jars are kept; made when needed
    /// @param shipped the list of what comes with the distribution, null outside one
    /// @param preferred symbolic names of bundles by the extension that they may take from another
    ///   bundle
    /// @param startLimit how long the constructor of a factory may take
    public record Settings(
            Path bundles,
            Path store,
            @Nullable Path shipped,
            Map<String, String> preferred,
            Duration startLimit) {
        public Settings {
            preferred = Map.copyOf(preferred);
        }

        /// With no preference and ten seconds for a constructor.
        public static Settings of(Path bundles, Path store) {
            return new Settings(bundles, store, null, Map.of(), Duration.ofSeconds(10));
        }
    }

    public ExtensionRegistry(Settings settings) {
        this.settings = settings;
        this.folder = new BundleFolder(settings.bundles());
        this.store = new BundleStore(settings.store());
        this.loader = new BundleLoader(settings.startLimit());
        this.generations = new Generations(store, loader, binding, this::onUnused);
        this.shipped = ShippedBundles.read(settings.shipped());
        refresh();
    }

    /// Does what the first extension would wait for, on another thread than the one that reads the
    /// configuration. Never needed for the result. Thread: any.
    public void prepare() {
        loader.prepare();
    }

    /// Reads the folder again; costs a look at each file and reads those that changed.
    public synchronized void refresh() {
        var jars = new ArrayList<BundleFolder.Jar>();
        List<BundleFolder.Jar> scanned = folder.scan();
        refused.keySet().retainAll(scanned);
        for (BundleFolder.Jar jar : scanned) {
            String reason = refused.get(jar);
            jars.add(reason == null ? jar : jar.refused(reason));
        }
        found = jars;
        Offers next = Offers.of(jars, offers, settings.preferred());
        for (BundleFolder.Jar jar : jars) {
            String objection = next.objection(jar.path());
            if (objection != null && !objection.equals(wanted.objection(jar.path()))) {
                logger.warn("{}: {}", jar.path(), objection);
            }
        }
        wanted = next;
        offer();
    }

    /// Offers what the folder wants, except where a bundle is in use or tried out.
    private void offer() {
        Map<String, BundleFolder.Jar> fixed = generations.inUse();
        Candidate candidate = trial;
        if (candidate != null) {
            fixed.put(candidate.replacement().bundle(), candidate.replacement.jar());
        }
        Offers before = offers;
        boolean asWanted =
                fixed.entrySet().stream()
                        .allMatch(entry -> entry.getValue().equals(wanted.jar(entry.getKey())));
        if (asWanted) {
            offers = wanted;
            return;
        }
        var jars = new ArrayList<>(fixed.values());
        for (BundleFolder.Jar jar : found) {
            BundleManifest manifest = jar.manifest();
            boolean other = manifest == null || !fixed.containsKey(manifest.name());
            if (other && fixed.values().stream().noneMatch(one -> one.path().equals(jar.path()))) {
                jars.add(jar);
            }
        }
        offers = Offers.of(jars, before, settings.preferred());
    }

    // Replacing a bundle in use: [#replacements], [#prepare], [#tryOut], then [#accept] or
    // [#refuse].

    /// A replacement that is verified and installed, with the factories that its predecessor has.
    public static final class Candidate {
        private final Replacement replacement;
        private final Generation generation;

        Candidate(Replacement replacement, Generation generation) {
            this.replacement = replacement;
            this.generation = generation;
        }

        public Replacement replacement() {
            return replacement;
        }

        /// The digest of its jar.
        public String sha256() {
            return generation.stored().sha256();
        }
    }

    /// The bundles in use for which the folder has another jar now. Reads the folder.
    public synchronized List<Replacement> replacements() {
        refresh();
        var all = new ArrayList<Replacement>();
        generations
                .inUse()
                .forEach((bundle, jar) -> {
                    BundleFolder.Jar next = wanted.jar(bundle);
                    if (next != null && !next.equals(jar)) {
                        all.add(new Replacement(bundle, next));
                    }
                });
        return all;
    }

    /// Verifies a replacement, installs it, and makes its factories. Takes as long as they do, so
    /// it is not for a loop.
    ///
    /// @return null if it is what serves already, under another name or time
    /// @throws BundleRefused if it cannot be used; it is not tried again before its file changes
    public @Nullable Candidate prepare(Replacement replacement) throws BundleRefused {
        BundleFolder.Jar jar = replacement.jar();
        try {
            BundleStore.Stored content = store.add(jar.path());
            if (!content.manifest().equals(jar.manifest())) {
                throw new BundleRefused(
                        "changed while it was read; waiting for it to be left alone");
            }
            Generation before;
            synchronized (this) {
                before = generations.current(replacement.bundle());
                if (before != null && before.stored().sha256().equals(content.sha256())) {
                    generations.add(jar, before);
                    generations.promote(jar, before);
                    offer();
                    return null;
                }
            }
            Generation made = generations.make(content, before);
            synchronized (this) {
                return new Candidate(replacement, generations.add(jar, made));
            }
        } catch (BundleRefused refusal) {
            refuse(jar, String.valueOf(refusal.getMessage()));
            throw refusal;
        }
    }

    /// From now on the candidate is found instead of what serves. Thread: main.
    public synchronized void tryOut(Candidate candidate) {
        trial = candidate;
        offer();
    }

    /// The candidate serves. Thread: main.
    public synchronized void accept(Candidate candidate) {
        trial = null;
        generations.promote(candidate.replacement.jar(), candidate.generation);
        offer();
    }

    /// What served goes on; the candidate is not tried again before its file changes. Thread: main.
    public synchronized void refuse(Candidate candidate, String reason) {
        trial = null;
        refuse(candidate.replacement.jar(), reason);
        BundleStore.refuse(candidate.generation.stored(), reason);
        generations.discard(candidate.generation);
    }

    private synchronized void onUnused(Generation generation) {
        generations.discard(generation);
    }

    private synchronized void refuse(BundleFolder.Jar jar, String reason) {
        refused.put(jar, reason);
        refresh();
    }

    /// The folder that is searched.
    public Path folder() {
        return settings.bundles();
    }

    /// The jars that the folder had when it was read last.
    public synchronized Set<Path> files() {
        return Set.copyOf(wanted.jars().keySet());
    }

    /// The generations of bundles that are in use, or were and wait for their last users. Thread:
    /// main.
    public synchronized List<GenerationStatus> generations() {
        return generations.status();
    }

    /// Finds the extension that a place in a configuration names, and loads it if it is new.
    ///
    /// The type decides; the name decides only where there is no type, or none that any extension
    /// has.
    ///
    /// @param problems where it is reported that there is none, or why it cannot be loaded
    /// @return null if there is no usable one
    public synchronized @Nullable LoadedExtension find(
            Category category, String name, Any config, Problems problems) {
        String type = ConfigBinding.selector(config);
        Offers.Offer offer = type.isEmpty() ? null : typed(category, type);
        boolean nameDecides = offer == null && (type.isEmpty() || !isMessage(config));
        if (nameDecides) {
            offer = named(category, name);
        }
        if (offer == null) {
            String wanted = type.isEmpty() ? name : type;
            problems.add("", notProvided(category, wanted));
            return null;
        }
        return load(offer, problems);
    }

    private String notProvided(Category category, String wanted) {
        for (BundleFolder.Jar jar : offers.jars().values()) {
            BundleManifest manifest = jar.manifest();
            String objection = offers.objection(jar.path());
            if (objection != null && manifest != null && manifest.offers(category, wanted)) {
                return "bundle "
                        + jar.path().getFileName()
                        + ", which has `"
                        + wanted
                        + "`: "
                        + objection;
            }
        }
        String bundle = shipped.bundleOf(wanted);
        return "no installed bundle provides `"
                + wanted
                + "` in "
                + category.envoyName()
                + (bundle == null
                        ? ", and Nuncio ships none that does"
                        : "; it comes with Nuncio's bundle `"
                                + bundle
                                + "`, which is not installed");
    }

    /// Finds an extension by its name alone, and loads it if it is new.
    ///
    /// @return null if there is no usable one; it is reported
    public synchronized @Nullable LoadedExtension findByName(
            Category category, String name, Problems problems) {
        return find(category, name, Any.getDefaultInstance(), problems);
    }

    /// The messages of Envoy's API and those that bundles bring.
    public MessageTypes messages() {
        return types;
    }

    /// Every jar of the folder, by file name. Reads the folder again.
    ///
    /// @param verify true to read every jar whole and to resolve it, which running code does only
    ///   when needed
    public synchronized List<BundleStatus> bundles(boolean verify) {
        refresh();
        if (verify) {
            for (BundleFolder.Jar jar : offers.jars().values()) {
                if (offers.objection(jar.path()) == null) {
                    check(jar);
                }
            }
            refresh();
        }
        return known();
    }

    /// Every jar that the folder had when it was read last, by file name, and those of bundles that
    /// serve without being there any more.
    public synchronized List<BundleStatus> known() {
        var all = new ArrayList<BundleStatus>();
        wanted.jars().values().forEach(jar -> all.add(status(jar)));
        generations
                .inUse()
                .forEach((bundle, jar) -> {
                    if (wanted.jar(bundle) == null) {
                        all.add(
                                new BundleStatus(
                                        jar.path(),
                                        jar.manifest(),
                                        BundleStatus.State.REMOVED,
                                        "its file was removed or is another by now; it serves until"
                                                + " no configuration uses it"));
                    }
                });
        all.sort((a, b) -> a.jar().compareTo(b.jar()));
        return all;
    }

    private void check(BundleFolder.Jar jar) {
        try {
            generation(jar);
        } catch (BundleRefused refusal) {
            logger.debug("{} is refused: {}", jar.path(), refusal.getMessage());
        }
    }

    private BundleStatus status(BundleFolder.Jar jar) {
        String objection = wanted.objection(jar.path());
        if (objection != null) {
            boolean superseded = jar.manifest() != null && objection.startsWith("superseded");
            return new BundleStatus(
                    jar.path(),
                    jar.manifest(),
                    superseded ? BundleStatus.State.SUPERSEDED : BundleStatus.State.REFUSED,
                    objection);
        }
        BundleStore.Stored known = generations.stored(jar);
        BundleManifest manifest = jar.manifest();
        Generation generation = manifest == null ? null : generations.current(manifest.name());
        boolean loaded =
                generation != null
                        && known != null
                        && generation.stored().sha256().equals(known.sha256())
                        && generation.inUse();
        String earlier = known == null ? "" : BundleStore.refused(known);
        return new BundleStatus(
                jar.path(),
                jar.manifest(),
                loaded ? BundleStatus.State.LOADED : BundleStatus.State.AVAILABLE,
                earlier.isEmpty() ? "" : "a running proxy did not take it: " + earlier);
    }

    private Offers.@Nullable Offer typed(Category category, String type) {
        if (offers.byType(category, type) == null) {
            refresh();
        }
        return offers.byType(category, type);
    }

    private Offers.@Nullable Offer named(Category category, String name) {
        if (offers.byName(category, name) == null) {
            refresh();
        }
        return offers.byName(category, name);
    }

    private static boolean isMessage(Any config) {
        return !config.getTypeUrl().endsWith("TypedStruct");
    }

    private @Nullable LoadedExtension load(Offers.Offer offer, Problems problems) {
        try {
            return generation(offer.jar()).extension(offer.extension());
        } catch (BundleRefused refusal) {
            String reason = String.valueOf(refusal.getMessage());
            logger.warn("{}: {}", offer.jar().path(), reason, refusal.getCause());
            problems.add("", "bundle " + offer.jar().path().getFileName() + ": " + reason);
            return null;
        }
    }

    /// Verifies and installs a jar; the jar is refused for good, until its file changes, if it
    /// cannot be.
    private Generation generation(BundleFolder.Jar jar) throws BundleRefused {
        try {
            Candidate candidate = trial;
            return candidate != null && candidate.replacement.jar().equals(jar)
                    ? candidate.generation
                    : generations.serve(jar);
        } catch (BundleRefused refusal) {
            refused.put(jar, String.valueOf(refusal.getMessage()));
            throw refusal;
        }
    }

    /// The default instance of a message that a bundle brings and some extension of it takes.
    private synchronized @Nullable Message message(String fullName) {
        if (offers.byType(fullName).isEmpty()) {
            refresh();
        }
        for (Offers.Offer offer : offers.byType(fullName)) {
            LoadedExtension extension = load(offer, new Problems());
            Message message = extension == null ? null : extension.message(fullName);
            if (message != null) {
                return message;
            }
        }
        return null;
    }

    /// An offer as the configuration loader sees it.
    private final class OfferedProvider implements Provider {
        private final Offers.Offer offer;

        OfferedProvider(Offers.Offer offer) {
            this.offer = offer;
        }

        @Override
        public String name() {
            return offer.extension().name();
        }

        @Override
        public String bundle() {
            return offer.bundle().name();
        }

        @Override
        public FieldTable fields() {
            synchronized (ExtensionRegistry.this) {
                return fieldTables.computeIfAbsent(offer.jar(), ExtensionRegistry.this::readFields);
            }
        }
    }

    private FieldTable readFields(BundleFolder.Jar jar) {
        BundleStore.Stored kept = generations.stored(jar);
        Path file = kept == null ? jar.path() : kept.jar();
        try (var zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(FieldTable.RESOURCE);
            if (entry == null) {
                return FieldTable.EMPTY;
            }
            String text =
                    new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
            return FieldTable.parse(text, jar.path().getFileName() + "!/" + FieldTable.RESOURCE);
        } catch (IOException | IllegalArgumentException unreadable) {
            logger.warn(
                    "{}: {} cannot be read: {}",
                    jar.path(),
                    FieldTable.RESOURCE,
                    unreadable.getMessage());
            return FieldTable.EMPTY;
        }
    }

    private @Nullable Provider provider(Offers.@Nullable Offer offer) {
        return offer == null ? null : new OfferedProvider(offer);
    }

    @Override
    public synchronized @Nullable Provider byType(String category, String type) {
        Category known = categories.get(category);
        return known == null ? null : provider(typed(known, type));
    }

    @Override
    public synchronized @Nullable Provider byName(String category, String name) {
        Category known = categories.get(category);
        return known == null ? null : provider(named(known, name));
    }

    @Override
    public synchronized @Nullable Provider byType(String type) {
        List<Offers.Offer> found = offers.byType(type);
        return found.isEmpty() ? null : provider(found.getFirst());
    }

    @Override
    public synchronized List<String> categoriesOf(String type) {
        return offers.byType(type).stream()
                .map(offer -> offer.extension().category().envoyName())
                .toList();
    }

    @Override
    public @Nullable String shippedBy(String typeOrName) {
        return shipped.bundleOf(typeOrName);
    }

    @Override
    public synchronized Collection<String> types() {
        return offers.types();
    }

    @Override
    public synchronized Collection<String> names(String category) {
        Category known = categories.get(category);
        return known == null ? List.of() : offers.names(known);
    }

    /// Closes every factory and ends the framework; for the end of the process.
    @Override
    public synchronized void close() {
        generations.close();
        loader.close();
        store.close();
    }
}
