package io.nuncio.kernel.discovery;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A place of the configuration whose extension is configured from outside: at first by the
/// default, if there is one, then by what comes. Thread: main.
public final class DiscoveredExtension implements AutoCloseable {
    private final String name;
    private final ExtensionConfigSource source;
    private final @Nullable DiscoveredConfig config;
    private final FactoryContext context;
    private final String field;
    private @Nullable Compiler compiler; // null before the place begins
    private InitTarget target = InitTarget.NONE;

    /// Makes extensions for the place.
    @FunctionalInterface
    public interface Compiler {
        /// @param problems everything wrong, below `field`
        /// @param field where the configuration stands
        /// @return puts the extension in its place, or lets go of it; null if it could not be
        ///   compiled, which is reported
        @Nullable Renewal compile(Any config, Problems problems, String field);
    }

    /// @param config null if the source is of no use
    /// @param field of the source, below the context's problems
    DiscoveredExtension(
            String name,
            ExtensionConfigSource source,
            @Nullable DiscoveredConfig config,
            FactoryContext context,
            String field) {
        this.name = name;
        this.source = source;
        this.config = config;
        this.context = context;
        this.field = field;
    }

    /// Takes what came already for other places, else the default configuration, if there is one;
    /// and has whoever compiles this wait for the first configuration, unless the default is to
    /// serve until then.
    public void begin(Compiler with) {
        compiler = with;
        if (!tookCurrent() && source.hasDefaultConfig()) {
            take(source.getDefaultConfig(), field + ".default_config");
        }
        DiscoveredConfig from = config;
        if (from != null) {
            context.initTargets()
                    .add(
                            "FilterConfigSubscription init " + name,
                            asked -> {
                                target = asked;
                                from.start(this);
                                if (source.getApplyDefaultConfigWithoutWarming()) {
                                    asked.ready();
                                }
                            });
        }
    }

    private boolean tookCurrent() {
        DiscoveredConfig from = config;
        DiscoveredConfig.Current current = from == null ? null : from.current();
        if (from == null || current == null) {
            return false;
        }
        Any any = current.message().getTypedConfig();
        if (!allowed().contains(typeOf(any))) {
            from.conflicts();
            return false;
        }
        take(any, field);
        return true;
    }

    private void take(Any any, String at) {
        Renewal change = compile(any, context.problems(), at);
        if (change != null) {
            change.publish();
        }
    }

    /// @return null if there is a problem, which is reported
    @Nullable Renewal compile(Any any, Problems problems, String at) {
        String type = typeOf(any);
        if (!allowed().contains(type)) {
            problems.add(
                    at,
                    "filter config has type URL "
                            + type
                            + " but expect "
                            + String.join(", ", allowed()));
            return null;
        }
        Compiler with = compiler;
        if (with == null) {
            return Renewal.NOTHING; // it takes the configuration when it begins
        }
        long before = errors(problems);
        Renewal change = with.compile(any, problems, at);
        if (change != null && errors(problems) > before) {
            change.cancel();
            return null;
        }
        return change;
    }

    private static long errors(Problems problems) {
        return problems.all().stream().filter(problem -> !problem.warning()).count();
    }

    private List<String> allowed() {
        return source.getTypeUrlsList().stream().map(DiscoveredExtension::typeName).toList();
    }

    /// The type that selects the extension: that inside a TypedStruct.
    private static String typeOf(Any config) {
        try {
            if (config.is(TypedStruct.class)) {
                return typeName(config.unpack(TypedStruct.class).getTypeUrl());
            }
            if (config.is(com.github.udpa.udpa.type.v1.TypedStruct.class)) {
                return typeName(
                        config.unpack(com.github.udpa.udpa.type.v1.TypedStruct.class).getTypeUrl());
            }
        } catch (InvalidProtocolBufferException damaged) {
            return "";
        }
        return typeName(config.getTypeUrl());
    }

    private static String typeName(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    void waitsFor(String what) {
        target.waitingFor(what, 0);
    }

    void ready() {
        target.ready();
    }

    void failed(String why) {
        target.failed(why);
    }

    /// Nothing comes here any more.
    @Override
    public void close() {
        if (config != null) {
            config.leave(this);
        }
    }
}
