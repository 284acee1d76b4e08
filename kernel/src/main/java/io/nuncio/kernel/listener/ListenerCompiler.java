package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Turns a listener's message into what serves, with its extensions. Thread: main.
final class ListenerCompiler {
    private final ListenerManager.Services services;
    private final SocketFiltersCompiler socketFilters;
    private final FilterChainCompiler filterChains;

    ListenerCompiler(ListenerManager.Services services) {
        this.services = services;
        socketFilters = new SocketFiltersCompiler(services);
        filterChains = new FilterChainCompiler(services);
    }

    /// @param conflict says why the addresses cannot be had, null if they can
    /// @param initTargets what the listener waits for before it serves
    /// @return null if anything is wrong; it is reported
    @Nullable CompiledListener compile(
            Listener message,
            Function<ListenerConfig, @Nullable String> conflict,
            InitTargets initTargets,
            Problems problems) {
        int before = problems.all().size();
        ListenerConfig config =
                ListenerConfig.from(message, services.workers().getFirst().engine(), problems);
        if (config == null) {
            return null;
        }
        String reason = conflict.apply(config);
        if (reason != null) {
            problems.at("address").because(reason);
        }
        if (config.internal() && !services.workers().getFirst().internalListeners().enabled()) {
            problems.at("internal_listener")
                    .because("InternalListener bootstrap extension is mandatory");
        }
        StatsScope listenerScope = services.stats().scope("listener." + config.statPrefix());
        CompilePlace place = new CompilePlace(services, config, initTargets, problems);
        SocketFilters filters = socketFilters.compile(message, place);
        List<FilterChain> chains = new ArrayList<>();
        CompiledListener compiled =
                new CompiledListener(
                        message,
                        config,
                        ConnectionLimit.ofListener(config.name(), services.runtime()),
                        services.globalLimit(),
                        filters,
                        chains(message, place, null, "", chains),
                        FilterChainChoices.of(message, filters, chains, problems),
                        ListenerStats.in(listenerScope),
                        listenerScope);
        if (wrong(problems, before)) {
            compiled.close();
            return null;
        }
        return compiled;
    }

    /// Compiles anew what is of a bundle; all the rest, and what is counted, is that of the
    /// listener before.
    ///
    /// @return null if anything is wrong; it is reported
    @Nullable CompiledListener renew(
            CompiledListener old, String bundle, InitTargets initTargets, Problems problems) {
        int before = problems.all().size();
        Listener message = old.message();
        CompilePlace place = new CompilePlace(services, old.config(), initTargets, problems);
        SocketFilters filters =
                old.socketFilters().leases().of(bundle)
                        ? socketFilters.compile(message, place)
                        : old.socketFilters();
        List<FilterChain> chains = new ArrayList<>();
        CompiledListener renewed =
                new CompiledListener(
                        message,
                        old.config(),
                        old.limit(),
                        old.globalLimit(),
                        filters,
                        chains(message, place, old, bundle, chains),
                        FilterChainChoices.of(message, filters, chains, problems),
                        old.stats(),
                        old.listenerScope());
        if (wrong(problems, before)) {
            Renewals.close(old, renewed);
            return null;
        }
        return renewed;
    }

    /// Compiles a newer message that differs from the listener's in filter chains only: those that
    /// are the same are shared, and so are transport sockets where only the filters differ; what is
    /// counted is that of the listener before.
    ///
    /// @return null if anything is wrong; it is reported
    @Nullable CompiledListener update(
            CompiledListener old, Listener message, InitTargets initTargets, Problems problems) {
        int before = problems.all().size();
        CompilePlace place = new CompilePlace(services, old.config(), initTargets, problems);
        boolean sameMatcher =
                message.getFilterChainMatcher().equals(old.message().getFilterChainMatcher());
        SocketFilters filters =
                sameMatcher ? old.socketFilters() : socketFilters.compile(message, place);
        List<FilterChain> chains = new ArrayList<>();
        int count = message.getFilterChainsCount() + (message.hasDefaultFilterChain() ? 1 : 0);
        for (int index = 0; index < count; index++) {
            chains.add(updated(old, message, index, place));
        }
        CompiledListener updated =
                new CompiledListener(
                        message,
                        old.config(),
                        old.limit(),
                        old.globalLimit(),
                        filters,
                        chains,
                        FilterChainChoices.of(message, filters, chains, problems),
                        old.stats(),
                        old.listenerScope());
        if (wrong(problems, before)) {
            Renewals.close(old, updated);
            return null;
        }
        return updated;
    }

    private FilterChain updated(
            CompiledListener old, Listener message, int index, CompilePlace place) {
        var chain = Renewals.chain(message, index);
        boolean isDefault = index == message.getFilterChainsCount();
        String field = isDefault ? "default_filter_chain" : "filter_chains[" + index + "]";
        int before = Renewals.successor(message, index, old.message());
        if (before < 0) {
            return filterChains.compile(
                    chain, place, field, filterChains.socket(chain, place, field));
        }
        FilterChain same = old.chains().get(before);
        return Renewals.chain(old.message(), before).equals(chain)
                ? same
                : filterChains.compile(chain, place, field, same.socket().share());
    }

    private static boolean wrong(Problems problems, int before) {
        List<Problems.Problem> all = problems.all();
        return all.subList(before, all.size()).stream().anyMatch(problem -> !problem.warning());
    }

    /// @param old null if all is to be compiled
    /// @param bundle what is of this one is to be compiled anew
    private List<FilterChain> chains(
            Listener message,
            CompilePlace place,
            @Nullable CompiledListener old,
            String bundle,
            List<FilterChain> chains) {
        for (int index = 0; index < message.getFilterChainsCount(); index++) {
            FilterChain before = old == null ? null : old.chains().get(index);
            chains.add(
                    chain(
                            message.getFilterChains(index),
                            place,
                            "filter_chains[" + index + "]",
                            before,
                            bundle));
        }
        if (message.hasDefaultFilterChain()) {
            FilterChain before = old == null ? null : old.chains().getLast();
            chains.add(
                    chain(
                            message.getDefaultFilterChain(),
                            place,
                            "default_filter_chain",
                            before,
                            bundle));
        }
        return chains;
    }

    private FilterChain chain(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            CompilePlace place,
            String field,
            @Nullable FilterChain before,
            String bundle) {
        if (before != null && !before.uses(bundle)) {
            return before;
        }
        return filterChains.compile(
                message,
                place,
                field,
                before == null || before.socketUses(bundle)
                        ? filterChains.socket(message, place, field)
                        : before.socket().share());
    }
}
