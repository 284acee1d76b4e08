package io.nuncio.kernel.extension;

import com.google.protobuf.Message;

import io.nuncio.spi.ExtensionFactory;
import io.nuncio.spi.PerRouteFactory;

import org.apache.felix.framework.FrameworkFactory;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.FrameworkWiring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Installs verified jars in Felix and makes factories of their classes; the only class that runs
/// code by name.
///
/// Felix starts with the first bundle, or before it by [#prepare()], and keeps nothing: its folder
/// is new each time and deleted at the end. A bundle is resolved and never started, since nothing
/// of it runs but its factories. Not thread-safe: [ExtensionRegistry] guards it; only Felix's own
/// start and end may meet.
final class BundleLoader implements AutoCloseable {
    private final Duration limit;
    private @Nullable Framework framework;
    private @Nullable Path cache;
    private boolean closed;

    /// @param limit how long an extension's classes may take to start
    BundleLoader(Duration limit) {
        this.limit = limit;
    }

    /// A factory with the classes of the configurations that it takes, null where they cannot be
    /// told.
    record Loaded(Object factory, @Nullable Class<?> config, @Nullable Class<?> routeConfig) {}

    /// Installs a jar beside all others and resolves it; runs no code of the bundle. The same
    /// content is the same bundle.
    Bundle install(BundleStore.Stored stored) throws BundleRefused {
        Framework host = framework();
        Bundle bundle;
        try {
            // By reference: Felix reads the store's file and copies nothing.
            bundle = host.getBundleContext().installBundle("reference:" + stored.jar().toUri());
        } catch (BundleException failure) {
            throw new BundleRefused(
                    "cannot be installed: " + rootOf(failure).getMessage(), failure);
        }
        if (!host.adapt(FrameworkWiring.class).resolveBundles(List.of(bundle))) {
            String reason = new Unresolved(host, stored.jar()).reason(bundle);
            uninstall(bundle);
            throw new BundleRefused(reason);
        }
        return bundle;
    }

    /// Forgets a bundle; its classes go when nobody holds an object of them.
    void uninstall(Bundle bundle) {
        try {
            bundle.uninstall();
        } catch (BundleException | IllegalStateException gone) {
            // It was never of use, or is gone already.
        }
    }

    /// Loads the class of an extension and makes its factory, on a thread of its own that gets so
    /// much time and no more.
    Loaded load(Bundle bundle, ExtensionInfo extension) throws BundleRefused {
        var task = new FutureTask<Loaded>(() -> instantiate(bundle, extension));
        Thread thread =
                Thread.ofPlatform().daemon().name("load " + extension.name()).unstarted(task);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException hanging) {
            thread.interrupt();
            throw new BundleRefused(
                    "the constructor of "
                            + extension.implementation()
                            + " did not finish in "
                            + limit.toSeconds()
                            + " s",
                    hanging);
        } catch (InterruptedException stopped) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new BundleRefused("loading was interrupted", stopped);
        } catch (ExecutionException failure) {
            throw refused(extension, thrown(thrown(failure)));
        }
    }

    private static Loaded instantiate(Bundle bundle, ExtensionInfo extension) throws Exception {
        Class<?> type = bundle.loadClass(extension.implementation());
        check(type, extension);
        return new Loaded(
                type.getConstructor().newInstance(),
                argument(type, ExtensionFactory.class),
                argument(type, PerRouteFactory.class));
    }

    /// Objects if the class is no factory of the extension's category.
    static void check(Class<?> type, ExtensionInfo extension) throws BundleRefused {
        Class<?> expected = FactoryInterfaces.of(extension.category());
        if (!expected.isAssignableFrom(type)) {
            throw new BundleRefused(
                    type.getName()
                            + " does not implement "
                            + expected.getSimpleName()
                            + ", which an extension of the category "
                            + extension.category()
                            + " must");
        }
    }

    /// What was thrown inside, if this only carries it.
    private static Throwable thrown(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean carrier =
                failure instanceof ExecutionException
                        || failure instanceof InvocationTargetException;
        return carrier && cause != null ? cause : failure;
    }

    private static BundleRefused refused(ExtensionInfo extension, Throwable failure) {
        String name = extension.implementation();
        return switch (failure) {
            case BundleRefused refused -> refused;
            case UnsupportedClassVersionError tooNew ->
                    new BundleRefused(
                            "has classes for a newer Java than the running "
                                    + Runtime.version().feature(),
                            tooNew);
            case NoSuchMethodException none ->
                    new BundleRefused(name + " has no public constructor without parameters", none);
            case IllegalAccessException hidden ->
                    new BundleRefused(name + " is not public", hidden);
            case InstantiationException not -> new BundleRefused(name + " is abstract", not);
            case ClassNotFoundException missing -> missing(name, missing);
            case NoClassDefFoundError missing -> missing(name, missing);
            default -> {
                Throwable root = rootOf(failure);
                yield new BundleRefused("the constructor of " + name + " failed: " + root, failure);
            }
        };
    }

    private static BundleRefused missing(String name, Throwable failure) {
        return new BundleRefused(
                name
                        + " needs a class that is neither in the jar nor exported by the host ("
                        + rootOf(failure).getMessage()
                        + "); embed its library with nuncio.embed",
                failure);
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    /// The class that `type` puts for the first type parameter of `wanted`, null if it puts none or
    /// something that is no class.
    static @Nullable Class<?> argument(Class<?> type, Class<?> wanted) {
        return argument(type, wanted, Map.of());
    }

    private static @Nullable Class<?> argument(
            Type type, Class<?> wanted, Map<TypeVariable<?>, Type> known) {
        Class<?> raw;
        var arguments = new HashMap<TypeVariable<?>, Type>();
        if (type instanceof ParameterizedType parameterized) {
            raw = (Class<?>) parameterized.getRawType();
            TypeVariable<?>[] variables = raw.getTypeParameters();
            for (int i = 0; i < variables.length; i++) {
                Type actual = parameterized.getActualTypeArguments()[i];
                arguments.put(variables[i], known.getOrDefault(actual, actual));
            }
        } else {
            raw = (Class<?>) type;
        }
        if (raw == wanted) {
            Type first = arguments.get(wanted.getTypeParameters()[0]);
            return first instanceof Class<?> found ? found : null;
        }
        for (Type parent : raw.getGenericInterfaces()) {
            Class<?> found = argument(parent, wanted, arguments);
            if (found != null) {
                return found;
            }
        }
        Type parent = raw.getGenericSuperclass();
        return parent == null ? null : argument(parent, wanted, arguments);
    }

    /// The message that has no field set, of a message class.
    static Message defaultInstance(Class<? extends Message> type) {
        try {
            return (Message) type.getMethod("getDefaultInstance").invoke(null);
        } catch (ReflectiveOperationException notGenerated) {
            throw new IllegalArgumentException(
                    type + " is not a generated message class", notGenerated);
        }
    }

    /// Starts Felix, so that the first bundle need not wait for it; nothing after [#close()].
    /// Thread: any.
    synchronized void prepare() {
        if (!closed) {
            framework();
        }
    }

    private synchronized Framework framework() {
        if (framework == null) {
            try {
                cache = Files.createTempDirectory("nuncio-bundles-");
                framework = new FrameworkFactory().newFramework(configuration(cache));
                framework.start();
            } catch (IOException failure) {
                throw new UncheckedIOException("no folder for temporary files", failure);
            } catch (BundleException failure) {
                throw new IllegalStateException("Felix does not start", failure);
            }
        }
        return framework;
    }

    private static Map<String, String> configuration(Path cache) {
        var configuration = new HashMap<String, String>();
        configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
        configuration.put(
                Constants.FRAMEWORK_STORAGE_CLEAN, Constants.FRAMEWORK_STORAGE_CLEAN_ONFIRSTINIT);
        configuration.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        configuration.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SystemPackages.header());
        configuration.put("felix.bootdelegation.implicit", "false");
        configuration.put("felix.service.urlhandlers", "false");
        configuration.put("felix.cache.locking", "false");
        configuration.put("felix.log.level", "0");
        return configuration;
    }

    /// Ends Felix and with it every bundle.
    @Override
    public synchronized void close() {
        closed = true;
        if (framework == null || cache == null) {
            return;
        }
        try {
            framework.stop();
            framework.waitForStop(limit.toMillis());
            deleteTree(cache);
        } catch (BundleException | IOException leftBehind) {
            // The folder of temporary files is the operating system's to clean then.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        framework = null;
    }

    private static void deleteTree(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
