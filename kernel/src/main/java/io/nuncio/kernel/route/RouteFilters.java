package io.nuncio.kernel.route;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.HttpFilterChains;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What one level and those above it say of the filters: the configurations of each, and whether it
/// is on.
///
/// @param configs by the filter's name, the least specific first; never an empty list
/// @param switches true or false by the filter's name; what is missing is as the chain says
record RouteFilters(Map<String, List<Object>> configs, Map<String, Boolean> switches) {
    static final RouteFilters NONE = new RouteFilters(Map.of(), Map.of());

    @Nullable Object config(String filterName) {
        List<Object> levels = configs.isEmpty() ? null : configs.get(filterName);
        return levels == null ? null : levels.getLast();
    }

    List<Object> ofAllLevels(String filterName) {
        return configs.getOrDefault(filterName, List.of());
    }

    boolean enabled(String filterName, boolean byDefault) {
        return switches.isEmpty() ? byDefault : switches.getOrDefault(filterName, byDefault);
    }

    /// Compiles `typed_per_filter_config` of one level.
    static final class Compiler {
        private final RouteFilterCompiler compiler;
        private final List<HttpFilterChains.Entry> chain;

        Compiler(RouteFilterCompiler compiler, List<HttpFilterChains.Entry> chain) {
            this.compiler = compiler;
            this.chain = chain;
        }

        /// @param above what the less specific levels say
        RouteFilters compile(
                Map<String, Any> typedConfigs, RouteFilters above, FactoryContext context) {
            if (typedConfigs.isEmpty()) {
                return above;
            }
            var configs = new HashMap<>(above.configs());
            var switches = new HashMap<>(above.switches());
            for (var entry : new TreeMap<>(typedConfigs).entrySet()) {
                String name = entry.getKey();
                FactoryContext below =
                        context.in("typed_per_filter_config[\"" + name + "\"]", name);
                compileEntry(name, entry.getValue(), configs, switches, below);
            }
            return new RouteFilters(Map.copyOf(configs), Map.copyOf(switches));
        }

        private void compileEntry(
                String name,
                Any config,
                Map<String, List<Object>> configs,
                Map<String, Boolean> switches,
                FactoryContext context) {
            switches.put(name, true);
            Any inner = config;
            boolean optional = false;
            if (config.is(FilterConfig.class)) {
                FilterConfig wrapper = unpack(config, context);
                if (wrapper.getDisabled()) {
                    switches.put(name, false);
                    return;
                }
                if (!wrapper.hasConfig()) {
                    context.problems()
                            .add(
                                    "config",
                                    "is missing: expected the filter's configuration, or disabled:"
                                            + " true");
                    return;
                }
                if (wrapper.getConfig().getTypeUrl().isEmpty()) {
                    return;
                }
                inner = wrapper.getConfig();
                optional = wrapper.getIsOptional();
            }
            Object compiled = compiler.compileRoute(inChain(name), name, inner, optional, context);
            if (compiled != null) {
                var levels = new ArrayList<>(configs.getOrDefault(name, List.of()));
                levels.add(compiled);
                configs.put(name, List.copyOf(levels));
            }
        }

        private static FilterConfig unpack(Any config, FactoryContext context) {
            try {
                return config.unpack(FilterConfig.class);
            } catch (InvalidProtocolBufferException wrong) {
                context.problems().add("", "is not a valid FilterConfig: " + wrong.getMessage());
                return FilterConfig.getDefaultInstance();
            }
        }

        private HttpFilterChains.@Nullable Entry inChain(String name) {
            for (HttpFilterChains.Entry entry : chain) {
                if (entry.name().equals(name)) {
                    return entry;
                }
            }
            return null;
        }
    }
}
