package io.nuncio.kernel.compile;

import com.google.protobuf.Any;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.extension.LoadedExtension;
import io.nuncio.kernel.http.HttpFilterCompiler;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.route.RouteFilterCompiler;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.HttpFilterChains;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Set;

/// Finds and compiles extensions, for the kernel's subsystems and for extensions that contain
/// others. Main thread.
public final class ExtensionCompiler
        implements Extensions, HttpFilterCompiler, RouteFilterCompiler {
    private final ExtensionRegistry registry;
    private final Set<String> disabled;
    private final StatsScope bundleStats;
    private final ConfigureLimit limit;

    /// @param disabled `category/name` of the extensions that the command line leaves out
    /// @param configureLimit how long `configure` of an extension may take
    /// @param root where failures are counted, as `bundle.<name>.failed` and
    ///   `bundle.<name>.configure_timeout`
    public ExtensionCompiler(
            ExtensionRegistry registry,
            Set<String> disabled,
            Duration configureLimit,
            StatsScope root) {
        this.registry = registry;
        this.disabled = Set.copyOf(disabled);
        this.bundleStats = root.scope("bundle");
        this.limit = new ConfigureLimit(configureLimit, bundleStats);
    }

    @Override
    public <T> @Nullable T compile(
            Category category,
            TypedExtensionConfig config,
            Class<T> template,
            FactoryContext context,
            String field) {
        return compile(
                category, config.getName(), config.getTypedConfig(), template, context, field);
    }

    @Override
    public <T> @Nullable T compile(
            Category category,
            String name,
            Any config,
            Class<T> template,
            FactoryContext context,
            String field) {
        FactoryContext place = context.in(Places.typedConfig(field, config), name);
        LoadedExtension extension = find(category, name, config, place.problems());
        return extension == null ? null : configure(extension, config, template, place);
    }

    @Override
    public @Nullable CompiledFilter compile(
            HttpFilterChains.Entry entry, FactoryContext context, String field) {
        FactoryContext place = context.in(Places.typedConfig(field, entry.config()), entry.name());
        Problems problems = entry.optional() ? new Problems() : place.problems();
        LoadedExtension extension =
                find(Category.HTTP_FILTER, entry.name(), entry.config(), problems);
        if (extension == null) {
            return null;
        }
        HttpFilterTemplate template =
                configure(extension, entry.config(), HttpFilterTemplate.class, place);
        if (template == null) {
            return null;
        }
        if (place instanceof PlaceContext known) {
            known.leases().atEnd(template::close);
        }
        Counter failed = bundleStats.scope(extension.bundle().name()).counter("failed");
        return new CompiledFilter(template, failure -> failed.increment());
    }

    @Override
    public @Nullable CompiledFilter compile(
            HttpFilterChains.Entry entry, FactoryContext context, String field, Leases leases) {
        return compile(
                entry,
                context instanceof PlaceContext place ? place.holding(leases) : context,
                field);
    }

    @Override
    public void atEnd(FactoryContext context, Runnable task) {
        if (context instanceof PlaceContext place) {
            place.leases().atEnd(task);
        }
    }

    @Override
    public @Nullable Object compileRoute(
            HttpFilterChains.@Nullable Entry filter,
            String name,
            Any config,
            boolean optional,
            FactoryContext context) {
        Problems problems = optional ? new Problems() : context.problems();
        LoadedExtension extension = find(Category.HTTP_FILTER, name, config, problems);
        if (extension == null) {
            return null;
        }
        FactoryContext held = held(extension, context);
        Object value = limit.run(extension, held, () -> extension.configureRoute(config, held));
        if (value instanceof AutoCloseable closeable && held instanceof PlaceContext place) {
            place.leases().atEnd(() -> close(closeable, extension));
        }
        return value;
    }

    private static void close(AutoCloseable value, LoadedExtension extension) {
        try {
            value.close();
        } catch (Throwable bug) {
            throw new IllegalStateException(
                    "a value of a route of " + extension.info().name(), bug);
        }
    }

    @Override
    public FactoryContext holding(Leases part, FactoryContext context) {
        return context instanceof PlaceContext place ? place.holding(part) : context;
    }

    private <T> @Nullable T configure(
            LoadedExtension extension, Any config, Class<T> template, FactoryContext place) {
        FactoryContext held = held(extension, place);
        return limit.run(extension, held, () -> extension.configure(config, template, held));
    }

    /// From now on the configuration that is compiled holds the extension's generation.
    private static FactoryContext held(LoadedExtension extension, FactoryContext context) {
        return context instanceof PlaceContext place ? place.of(extension.generation()) : context;
    }

    private @Nullable LoadedExtension find(
            Category category, String name, Any config, Problems problems) {
        LoadedExtension extension =
                limit.untimed(() -> registry.find(category, name, config, problems));
        if (extension != null
                && disabled.contains(category.envoyName() + "/" + extension.info().name())) {
            problems.add("", extension.info().name() + " is disabled by --disable-extensions");
            return null;
        }
        return extension;
    }
}
