package io.nuncio.kernel.extension;

import io.nuncio.kernel.lease.Leased;

import org.osgi.framework.Bundle;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One content of one bundle, installed: its class loader and the factories made so far. A replaced
/// jar becomes another generation beside this one; this one is never changed. [ExtensionRegistry]
/// guards it.
final class Generation implements Leased {
    private final BundleStore.Stored stored;
    private final Bundle bundle;
    private final BundleLoader loader;
    private final ConfigBinding binding;
    private final Map<ExtensionInfo, LoadedExtension> loaded = new HashMap<>();
    private final Map<String, BundleLoader.Loaded> factories = new HashMap<>();
    private final Map<ExtensionInfo, BundleRefused> failed = new HashMap<>();
    private final Consumer<Generation> unused;
    private int leases; // main thread

    /// @param unused told when the last configuration that held it has let go
    Generation(
            BundleStore.Stored stored,
            Bundle bundle,
            BundleLoader loader,
            ConfigBinding binding,
            Consumer<Generation> unused) {
        this.unused = unused;
        this.stored = stored;
        this.bundle = bundle;
        this.loader = loader;
        this.binding = binding;
    }

    BundleStore.Stored stored() {
        return stored;
    }

    @Override
    public String bundle() {
        return stored.manifest().name();
    }

    @Override
    public void retain() {
        if (leases == 0) {
            BundleStore.take(stored);
        }
        leases++;
    }

    @Override
    public void release() {
        if (--leases == 0) {
            unused.accept(this);
        }
    }

    /// How many compiled configurations hold it.
    int leases() {
        return leases;
    }

    /// Makes the factories of the extensions that another generation has made, as far as there are
    /// such; for a generation that nobody knows yet.
    void follow(Generation other) throws BundleRefused {
        for (ExtensionInfo wanted : List.copyOf(other.loaded.keySet())) {
            for (ExtensionInfo own : stored.manifest().extensions()) {
                if (own.category() == wanted.category() && own.name().equals(wanted.name())) {
                    extension(own);
                }
            }
        }
    }

    /// The extension's factory, made when first asked for: one for the life of the generation,
    /// shared by the extensions of one class. A failure is remembered too.
    LoadedExtension extension(ExtensionInfo info) throws BundleRefused {
        BundleRefused failure = failed.get(info);
        if (failure != null) {
            throw failure;
        }
        LoadedExtension known = loaded.get(info);
        if (known == null) {
            known = load(info);
            loaded.put(info, known);
        }
        return known;
    }

    private LoadedExtension load(ExtensionInfo info) throws BundleRefused {
        try {
            BundleLoader.Loaded factory = factories.get(info.implementation());
            if (factory == null) {
                factory = loader.load(bundle, info);
                factories.put(info.implementation(), factory);
            } else {
                BundleLoader.check(factory.factory().getClass(), info);
            }
            return new LoadedExtension(info, stored.manifest(), this, factory, binding);
        } catch (BundleRefused refused) {
            failed.put(info, refused);
            throw refused;
        }
    }

    /// True if a factory of the bundle exists.
    boolean inUse() {
        return !loaded.isEmpty();
    }

    /// Closes the factories that can be closed and gives the class loader back.
    void close() {
        factories.values().forEach(factory -> close(factory.factory()));
        factories.clear();
        loaded.clear();
        loader.uninstall(bundle);
    }

    private void close(Object factory) {
        if (factory instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception bug) {
                LoggerFactory.getLogger("extension")
                        .warn("closing {} failed", factory.getClass().getName(), bug);
            }
        }
    }
}
