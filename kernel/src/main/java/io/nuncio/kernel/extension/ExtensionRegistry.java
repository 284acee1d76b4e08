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

    private final Map<BundleFolder.Jar, BundleStore.Stored> stored = new HashMap<>();
    private final Map<BundleFolder.Jar, String> refused = new HashMap<>();
    private final Map<String, Generation> generations = new HashMap<>();
    private final Map<BundleFolder.Jar, FieldTable> fieldTables = new HashMap<>();
    private Offers offers = Offers.NONE;

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
        for (BundleFolder.Jar jar : folder.scan()) {
            String reason = refused.get(jar);
            jars.add(reason == null ? jar : jar.refused(reason));
        }
        Offers next = Offers.of(jars, offers, settings.preferred());
        for (BundleFolder.Jar jar : jars) {
            String objection = next.objection(jar.path());
            if (objection != null && !objection.equals(offers.objection(jar.path()))) {
                logger.warn("{}: {}", jar.path(), objection);
            }
        }
        offers = next;
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
        return offers.jars().values().stream()
                .map(this::status)
                .sorted((a, b) -> a.jar().compareTo(b.jar()))
                .toList();
    }

    private void check(BundleFolder.Jar jar) {
        try {
            generation(jar);
        } catch (BundleRefused refusal) {
            logger.debug("{} is refused: {}", jar.path(), refusal.getMessage());
        }
    }

    private BundleStatus status(BundleFolder.Jar jar) {
        String objection = offers.objection(jar.path());
        if (objection != null) {
            boolean superseded = jar.manifest() != null && objection.startsWith("superseded");
            return new BundleStatus(
                    jar.path(),
                    jar.manifest(),
                    superseded ? BundleStatus.State.SUPERSEDED : BundleStatus.State.REFUSED,
                    objection);
        }
        BundleStore.Stored known = stored.get(jar);
        Generation generation = known == null ? null : generations.get(known.sha256());
        boolean loaded = generation != null && generation.inUse();
        return new BundleStatus(
                jar.path(),
                jar.manifest(),
                loaded ? BundleStatus.State.LOADED : BundleStatus.State.AVAILABLE,
                "");
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
            return installed(jar);
        } catch (BundleRefused refusal) {
            refused.put(jar, String.valueOf(refusal.getMessage()));
            throw refusal;
        }
    }

    private Generation installed(BundleFolder.Jar jar) throws BundleRefused {
        BundleStore.Stored content = stored.get(jar);
        if (content == null) {
            content = store.add(jar.path());
            if (!content.manifest().equals(jar.manifest())) {
                throw new BundleRefused("changed while it was read; try again");
            }
            stored.put(jar, content);
        }
        Generation generation = generations.get(content.sha256());
        if (generation == null) {
            generation = new Generation(content, loader.install(content), loader, binding);
            generations.put(content.sha256(), generation);
            logger.debug("installed {} ({})", jar.path(), content.sha256());
        }
        return generation;
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
        try (var zip = new ZipFile(jar.path().toFile())) {
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
        generations.values().forEach(Generation::close);
        generations.clear();
        loader.close();
        store.close();
    }
}
