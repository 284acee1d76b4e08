package io.nuncio.kernel.http;

import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpFilterChains;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Compiles chains of HTTP filters. The last filter of a chain, and no other, is terminal.
public final class FilterChains implements HttpFilterChains {
    private final HttpFilterCompiler compiler;
    private final List<Worker> workers;
    private final @Nullable ExtensionDiscovery discovery;

    /// For one loop, the main thread's.
    public FilterChains(HttpFilterCompiler compiler) {
        this(compiler, List.of(), null);
    }

    /// @param workers on which streams run, in the order of their index
    /// @param discovery null where no configuration comes from outside
    public FilterChains(
            HttpFilterCompiler compiler,
            List<? extends Worker> workers,
            @Nullable ExtensionDiscovery discovery) {
        this.compiler = compiler;
        this.workers = List.copyOf(workers);
        this.discovery = discovery;
    }

    @Override
    public HttpFilterChain compile(List<Entry> filters, FactoryContext context, String field) {
        var stats = FilterManagerStats.in(context.stats());
        var slots = new ArrayList<FilterSlot>(filters.size());
        var discovered = new ArrayList<DiscoveredFilter>();
        for (int i = 0; i < filters.size(); i++) {
            Entry entry = filters.get(i);
            String place = field + "[" + i + "]";
            boolean last = i == filters.size() - 1;
            ExtensionConfigSource source = entry.discovery();
            if (source != null && discovery != null) {
                DiscoveredFilter filter =
                        new DiscoveredFilter(
                                entry,
                                discovery.place(
                                        ExtensionDiscovery.Kind.HTTP_FILTER,
                                        entry.name(),
                                        source,
                                        context,
                                        place + ".config_discovery"),
                                compiler,
                                new DiscoveredFilter.Position(slots.size(), last),
                                stats.failed(),
                                context);
                discovered.add(filter);
                slots.add(filter.missing());
                continue;
            }
            var compiled = compiler.compile(entry, context, place);
            if (compiled == null) {
                continue;
            }
            checkTerminal(entry, compiled.template().terminal(), last, context, place);
            slots.add(
                    new FilterSlot(
                            entry.name(),
                            compiled.template(),
                            entry.disabled(),
                            stats.failed(),
                            compiled.failures()));
        }
        if (filters.isEmpty()) {
            context.problems()
                    .add(
                            field,
                            "the chain is empty; expected at least a terminal filter, such as the"
                                    + " router");
        }
        FilterChain chain =
                new FilterChain(
                        slots.toArray(new FilterSlot[0]),
                        stats,
                        context.logger(),
                        new UseCount(context.mainThread(), workers),
                        context::calls);
        return discovered.isEmpty()
                ? chain
                : new ChangingFilterChain(
                        chain, discovered, () -> new UseCount(context.mainThread(), workers));
    }

    /// @param place below the context's problems
    static void checkTerminal(
            Entry entry, boolean terminal, boolean last, FactoryContext context, String place) {
        if (terminal && !last) {
            context.problems()
                    .add(
                            place,
                            "terminal filter `"
                                    + entry.name()
                                    + "` must be the last filter of its chain");
        }
        if (!terminal && last) {
            context.problems()
                    .add(
                            place,
                            "non-terminal filter `"
                                    + entry.name()
                                    + "` is the last filter of its chain; the last one must answer"
                                    + " requests, as the router does");
        }
        if (terminal && last && entry.disabled()) {
            context.problems()
                    .add(place, "terminal filter `" + entry.name() + "` cannot be disabled");
        }
    }
}
