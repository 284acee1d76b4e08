package io.nuncio.kernel.extension;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

import io.nuncio.kernel.config.Types;
import io.nuncio.kernel.lease.Leased;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.ExtensionFactory;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HealthCheckerTemplate;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.LoadBalancerPolicy;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.PerRouteFactory;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.CertificateValidator;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;

import java.util.function.BiFunction;

/// An extension ready to compile configurations: its factory and what its configurations are bound
/// to.
///
/// Thread: one configuration at a time, on the main thread or beside it.
public final class LoadedExtension {
    private final ExtensionInfo info;
    private final BundleManifest bundle;
    private final Generation generation;
    private final BundleLoader.Loaded loaded;
    private final ConfigBinding binding;

    LoadedExtension(
            ExtensionInfo info,
            BundleManifest bundle,
            Generation generation,
            BundleLoader.Loaded loaded,
            ConfigBinding binding) {
        this.info = info;
        this.bundle = bundle;
        this.generation = generation;
        this.loaded = loaded;
        this.binding = binding;
    }

    public ExtensionInfo info() {
        return info;
    }

    public BundleManifest bundle() {
        return bundle;
    }

    /// The digest of the jar that the factory's code is from.
    public String sha256() {
        return generation.stored().sha256();
    }

    /// Who must be held for as long as something of the factory is used.
    public Leased generation() {
        return generation;
    }

    /// The factory: one for the life of the bundle's generation.
    public Object factory() {
        return loaded.factory();
    }

    /// Binds a configuration and compiles it.
    ///
    /// @param config the typed configuration as it came; its default instance if there is none
    /// @param context of the place that names the extension; problems are reported there
    /// @return null if there was a problem, which is reported
    public <T> @Nullable T configure(Any config, Class<T> template, FactoryContext context) {
        @SuppressWarnings("unchecked")
        var factory = (ExtensionFactory<Object, ?>) loaded.factory();
        return template.cast(compile(config, loaded.config(), factory::configure, context));
    }

    /// The same for a configuration of a route, virtual host or route configuration.
    public @Nullable Object configureRoute(Any config, FactoryContext context) {
        if (!(loaded.factory() instanceof PerRouteFactory<?>)) {
            context.problems().add("", info.name() + " takes no configuration per route");
            return null;
        }
        @SuppressWarnings("unchecked")
        var factory = (PerRouteFactory<Object>) loaded.factory();
        return compile(config, loaded.routeConfig(), factory::configureRoute, context);
    }

    private @Nullable Object compile(
            Any config,
            @Nullable Class<?> type,
            BiFunction<Object, FactoryContext, ?> factory,
            FactoryContext context) {
        Problems problems = context.problems();
        int before = problems.all().size();
        Object bound = binding.bind(config, type, problems);
        if (bound == null) {
            return null;
        }
        try {
            Object compiled = factory.apply(bound, context);
            if (problems.all().stream().skip(before).allMatch(Problems.Problem::warning)) {
                return compiled;
            }
            drop(compiled, context);
            return null;
        } catch (RuntimeException | LinkageError bug) {
            if (LoopThread.currentDismissed()) { // nobody waits for it any more
                throw bug;
            }
            problems.add("", info.name() + " of bundle " + bundle.name() + " failed: " + bug);
            context.logger()
                    .warn(
                            "{} of bundle {} {} failed",
                            info.name(),
                            bundle.name(),
                            bundle.version(),
                            bug);
            return null;
        }
    }

    /// What was compiled in vain has files, watches and the like all the same.
    private void drop(@Nullable Object compiled, FactoryContext context) {
        try {
            switch (compiled) {
                case HttpFilterTemplate template -> template.close();
                case NetworkFilterTemplate template -> template.close();
                case ListenerFilterTemplate template -> template.close();
                case TransportSocketTemplate template -> template.close();
                case AccessLogger logger -> logger.close();
                case HealthCheckerTemplate template -> template.close();
                case LoadBalancerPolicy policy -> policy.close();
                case ClusterDiscovery discovery -> discovery.close();
                case CertificateValidator validator -> validator.close();
                case AutoCloseable value -> value.close();
                case null, default -> {}
            }
        } catch (Exception | LinkageError bug) {
            context.logger().warn("closing what {} compiled failed", info.name(), bug);
        }
    }

    /// The default instance of a message of the bundle's own, null if it has none of that name.
    @Nullable Message message(String fullName) {
        for (Class<?> type : new @Nullable Class<?>[] {loaded.config(), loaded.routeConfig()}) {
            if (type != null && type != Message.class && Message.class.isAssignableFrom(type)) {
                Message message = BundleLoader.defaultInstance(type.asSubclass(Message.class));
                if (message.getDescriptorForType().getFullName().equals(fullName)) {
                    return message;
                }
            }
        }
        return Types.in(loaded.factory().getClass().getClassLoader()).find(fullName);
    }
}
