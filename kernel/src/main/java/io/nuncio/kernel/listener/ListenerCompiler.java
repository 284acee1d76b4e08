package io.nuncio.kernel.listener;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.Matchers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns a listener's message into what serves, with its extensions. Thread: main.
final class ListenerCompiler {
    /// A listener filter that a field of the listener stands for; with its defaults.
    private record Implied(String name, String type) {
        Any config() {
            return Any.newBuilder().setTypeUrl("type.googleapis.com/" + type).build();
        }
    }

    /// For `use_original_dst`, after the other listener filters.
    private static final Implied ORIGINAL_DST =
            new Implied(
                    "envoy.filters.listener.original_dst",
                    "envoy.extensions.filters.listener.original_dst.v3.OriginalDst");

    /// For `use_proxy_proto`, last of all.
    private static final Implied PROXY_PROTOCOL =
            new Implied(
                    "envoy.filters.listener.proxy_protocol",
                    "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol");

    private final ListenerManager.Services services;

    ListenerCompiler(ListenerManager.Services services) {
        this.services = services;
    }

    /// @param initTargets what the listener waits for before it serves
    /// @return null if anything is wrong; it is reported
    @Nullable CompiledListener compile(
            Listener message, InitTargets initTargets, Problems problems) {
        int before = problems.all().size();
        ListenerConfig config =
                ListenerConfig.from(message, services.workers().getFirst().engine(), problems);
        if (config == null) {
            return null;
        }
        if (config.internal() && !services.workers().getFirst().internalListeners().enabled()) {
            problems.at("internal_listener")
                    .because("InternalListener bootstrap extension is mandatory");
        }
        StatsScope listenerScope = services.stats().scope("listener." + config.statPrefix());
        Place place = new Place(config, initTargets, problems);
        SocketFilters socketFilters = socketFilters(message, place);
        List<FilterChain> chains = new ArrayList<>();
        CompiledListener compiled =
                new CompiledListener(
                        message,
                        config,
                        ConnectionLimit.ofListener(config.name(), services.runtime()),
                        services.globalLimit(),
                        socketFilters,
                        chains(message, place, null, "", chains),
                        choice(message, socketFilters, chains, problems),
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
        Place place = new Place(old.config(), initTargets, problems);
        SocketFilters socketFilters =
                old.socketFilters().leases().of(bundle)
                        ? socketFilters(message, place)
                        : old.socketFilters();
        List<FilterChain> chains = new ArrayList<>();
        CompiledListener renewed =
                new CompiledListener(
                        message,
                        old.config(),
                        old.limit(),
                        old.globalLimit(),
                        socketFilters,
                        chains(message, place, old, bundle, chains),
                        choice(message, socketFilters, chains, problems),
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
        Place place = new Place(old.config(), initTargets, problems);
        boolean sameMatcher =
                message.getFilterChainMatcher().equals(old.message().getFilterChainMatcher());
        SocketFilters socketFilters =
                sameMatcher ? old.socketFilters() : socketFilters(message, place);
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
                        socketFilters,
                        chains,
                        choice(message, socketFilters, chains, problems),
                        old.stats(),
                        old.listenerScope());
        if (wrong(problems, before)) {
            Renewals.close(old, updated);
            return null;
        }
        return updated;
    }

    private FilterChain updated(CompiledListener old, Listener message, int index, Place place) {
        var chain = Renewals.chain(message, index);
        boolean isDefault = index == message.getFilterChainsCount();
        String field = isDefault ? "default_filter_chain" : "filter_chains[" + index + "]";
        int before = Renewals.successor(message, index, old.message());
        if (before < 0) {
            return chain(chain, place, field, socket(chain, place, field));
        }
        FilterChain same = old.chains().get(before);
        return Renewals.chain(old.message(), before).equals(chain)
                ? same
                : chain(chain, place, field, same.socket().share());
    }

    /// What the parts of a listener are compiled with.
    private record Place(ListenerConfig config, InitTargets initTargets, Problems problems) {
        /// The same for what is compiled later.
        Place reporting(Problems others) {
            return new Place(config, initTargets, others);
        }
    }

    /// A context whose statistics end with the leases.
    private FactoryContext context(Place place, Leases leases) {
        StatsScope root = services.stats().scope("");
        StatsScope listener = services.stats().scope("listener." + place.config.statPrefix());
        leases.atEnd(root::close);
        leases.atEnd(listener::close);
        return services.contexts()
                .create(
                        place.config.name(),
                        root,
                        listener,
                        place.initTargets,
                        leases,
                        place.problems);
    }

    private SocketFilters socketFilters(Listener message, Place place) {
        Leases leases = new Leases();
        FactoryContext context = context(place, leases);
        return new SocketFilters(
                listenerFilters(message, context, place, leases),
                message.getAccessLogCount() == 0
                        ? null
                        : services.accessLogs()
                                .compile(message.getAccessLogList(), context, "access_log"),
                message.hasFilterChainMatcher()
                        ? context.platform()
                                .matchers()
                                .compile(
                                        message.getFilterChainMatcher(),
                                        Matchers.Data.NETWORK,
                                        String.class,
                                        context,
                                        "filter_chain_matcher")
                        : null,
                leases,
                useCount());
    }

    private static boolean wrong(Problems problems, int before) {
        List<Problems.Problem> all = problems.all();
        return all.subList(before, all.size()).stream().anyMatch(problem -> !problem.warning());
    }

    private FilterTemplates<ListenerFilterTemplate> listenerFilters(
            Listener message, FactoryContext context, Place place, Leases leases) {
        FilterTemplates<ListenerFilterTemplate> templates =
                new FilterTemplates<>(this::useCount, ListenerFilterTemplate::close);
        for (int index = 0; index < message.getListenerFiltersCount(); index++) {
            ListenerFilter filter = message.getListenerFilters(index);
            String field = "listener_filters[" + index + "]";
            SocketPredicate disabled =
                    filter.hasFilterDisabled()
                            ? SocketPredicate.of(
                                    filter.getFilterDisabled(),
                                    context.problems().in(field + ".filter_disabled"))
                            : null;
            if (filter.hasConfigDiscovery()) {
                templates.discover(
                        services.discovery()
                                .place(
                                        ExtensionDiscovery.Kind.TCP_LISTENER_FILTER,
                                        filter.getName(),
                                        filter.getConfigDiscovery(),
                                        context,
                                        field + ".config_discovery"),
                        leases,
                        (config, problems, at, held) ->
                                listenerFilter(
                                        filter.getName(),
                                        config,
                                        disabled,
                                        context(place.reporting(problems), held),
                                        at));
                continue;
            }
            ListenerFilterTemplate template =
                    listenerFilter(
                            filter.getName(), filter.getTypedConfig(), disabled, context, field);
            if (template != null) {
                templates.add(template);
            }
        }
        if (message.getUseOriginalDst().getValue()) {
            addImplied(ORIGINAL_DST, context, "use_original_dst", templates);
        }
        if (Renewals.usesProxyProtocol(message)) {
            addImplied(
                    PROXY_PROTOCOL,
                    context,
                    message.getFilterChainsCount() == 0
                            ? "default_filter_chain.use_proxy_proto"
                            : "filter_chains[0].use_proxy_proto",
                    templates);
        }
        return templates;
    }

    private void addImplied(
            Implied filter,
            FactoryContext context,
            String field,
            FilterTemplates<ListenerFilterTemplate> templates) {
        ListenerFilterTemplate template =
                listenerFilter(filter.name(), filter.config(), null, context, field);
        if (template != null) {
            templates.add(template);
        }
    }

    /// @param disabled which sockets pass the filter, null if none do
    private @Nullable ListenerFilterTemplate listenerFilter(
            String name,
            Any config,
            @Nullable SocketPredicate disabled,
            FactoryContext context,
            String field) {
        ListenerFilterTemplate template =
                services.extensions()
                        .compile(
                                Category.LISTENER_FILTER,
                                name,
                                config,
                                ListenerFilterTemplate.class,
                                context,
                                field);
        return template == null || disabled == null
                ? template
                : new PartlyDisabledFilter.Template(template, disabled);
    }

    private UseCount useCount() {
        return new UseCount(services.mainThread(), services.workers());
    }

    /// @param old null if all is to be compiled
    /// @param bundle what is of this one is to be compiled anew
    private List<FilterChain> chains(
            Listener message,
            Place place,
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

    private static FilterChainChoice choice(
            Listener message,
            SocketFilters socketFilters,
            List<FilterChain> chains,
            Problems problems) {
        if (chains.isEmpty()) {
            problems.at("filter_chains").because("no filter chains specified");
        }
        FilterChain fallback = message.hasDefaultFilterChain() ? chains.getLast() : null;
        MatchTree<String> names = socketFilters.chainNames();
        if (names != null) {
            return new FilterChainTree(names, byName(message, chains, problems), fallback);
        }
        FilterChainMatcher matcher = new FilterChainMatcher(fallback);
        Map<FilterChainMatch, String> matches = new HashMap<>();
        for (int index = 0; index < message.getFilterChainsCount(); index++) {
            String field = "filter_chains[" + index + "]";
            FilterChainMatch match = message.getFilterChains(index).getFilterChainMatch();
            Problems here = problems.in(field + ".filter_chain_match");
            String other = matches.putIfAbsent(match, field);
            if (other != null) {
                problems.contradicts(
                        field + ".filter_chain_match", "has the same matching rules as", other);
                continue;
            }
            matcher.add(match, chains.get(index), field, problems);
            warnIfNothingDetects(message, match, here);
        }
        return matcher;
    }

    private static Map<String, FilterChain> byName(
            Listener message, List<FilterChain> chains, Problems problems) {
        Map<String, FilterChain> byName = new HashMap<>();
        for (int index = 0; index < message.getFilterChainsCount(); index++) {
            var chainMessage = message.getFilterChains(index);
            Problems here = problems.in("filter_chains[" + index + "]");
            if (chainMessage.getName().isEmpty()) {
                here.add("name", "is required in a listener with a filter_chain_matcher");
            } else if (byName.putIfAbsent(chainMessage.getName(), chains.get(index)) != null) {
                problems.contradicts(
                        "filter_chains[" + index + "].name",
                        "`" + chainMessage.getName() + "` is also the name of",
                        other(message, index));
            }
            if (chainMessage.hasFilterChainMatch()) {
                here.warn("filter_chain_match", "is ignored: the filter_chain_matcher decides");
            }
        }
        return byName;
    }

    /// The chain before that one that has the same name.
    private static String other(Listener message, int index) {
        int other = 0;
        while (!message.getFilterChains(other)
                .getName()
                .equals(message.getFilterChains(index).getName())) {
            other++;
        }
        return "filter_chains[" + other + "]";
    }

    /// Names and protocols are found by listener filters only.
    private static void warnIfNothingDetects(
            Listener message, FilterChainMatch match, Problems problems) {
        if (message.getListenerFiltersCount() > 0) {
            return;
        }
        if (match.getServerNamesCount() > 0) {
            problems.warn("server_names", "no listener filter detects server names");
        }
        if (match.getApplicationProtocolsCount() > 0) {
            problems.warn("application_protocols", "no listener filter detects them");
        }
    }

    private FilterChain chain(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            Place place,
            String field,
            @Nullable FilterChain before,
            String bundle) {
        if (before != null && !before.uses(bundle)) {
            return before;
        }
        return chain(
                message,
                place,
                field,
                before == null || before.socketUses(bundle)
                        ? socket(message, place, field)
                        : before.socket().share());
    }

    private FilterChain chain(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            Place place,
            String field,
            FilterChain.Socket socket) {
        Leases leases = new Leases();
        FactoryContext context = context(place, leases);
        return new FilterChain(
                message.getName(),
                message.getMetadata(),
                filters(message, context, place, leases, field),
                leases,
                socket,
                Durations.toNanos(message.getTransportSocketConnectTimeout()),
                new ChainConnections(
                        new DrainDecision(services.drain(), services.serverState(), true),
                        useCount()));
    }

    private FilterChain.Socket socket(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message, Place place, String field) {
        Leases leases = new Leases();
        TransportSocketTemplate template =
                message.hasTransportSocket()
                        ? transport(message, context(place, leases), field)
                        : null;
        return new FilterChain.Socket(template, leases);
    }

    private FilterTemplates<NetworkFilterTemplate> filters(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            FactoryContext context,
            Place place,
            Leases leases,
            String field) {
        FilterTemplates<NetworkFilterTemplate> filters =
                new FilterTemplates<>(this::useCount, NetworkFilterTemplate::close);
        for (int index = 0; index < message.getFiltersCount(); index++) {
            Filter filter = message.getFilters(index);
            String name = filter.getName();
            String here = field + ".filters[" + index + "]";
            boolean last = index == message.getFiltersCount() - 1;
            if (filter.hasConfigDiscovery()) {
                filters.discover(
                        services.discovery()
                                .place(
                                        ExtensionDiscovery.Kind.NETWORK_FILTER,
                                        name,
                                        filter.getConfigDiscovery(),
                                        context,
                                        here + ".config_discovery"),
                        leases,
                        (config, problems, at, held) ->
                                filter(
                                        name,
                                        config,
                                        last,
                                        context(place.reporting(problems), held),
                                        at));
                continue;
            }
            NetworkFilterTemplate template =
                    filter(name, filter.getTypedConfig(), last, context, here);
            if (template != null) {
                filters.add(template);
            }
        }
        return filters;
    }

    private @Nullable NetworkFilterTemplate filter(
            String name, Any config, boolean last, FactoryContext context, String field) {
        NetworkFilterTemplate template =
                services.extensions()
                        .compile(
                                Category.NETWORK_FILTER,
                                name,
                                config,
                                NetworkFilterTemplate.class,
                                context,
                                field);
        if (template != null) {
            checkTerminal(template.terminal(), last, name, context.problems().in(field));
        }
        return template;
    }

    private static void checkTerminal(
            boolean terminal, boolean last, String name, Problems problems) {
        if (terminal && !last) {
            problems.add(
                    "",
                    "terminal filter named "
                            + name
                            + " must be the last filter in a network filter chain");
        } else if (!terminal && last) {
            problems.add(
                    "",
                    "non-terminal filter named "
                            + name
                            + " is the last filter in a network filter chain");
        }
    }

    private @Nullable TransportSocketTemplate transport(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            FactoryContext context,
            String field) {
        return services.extensions()
                .compile(
                        Category.DOWNSTREAM_TRANSPORT_SOCKET,
                        message.getTransportSocket().getName(),
                        message.getTransportSocket().getTypedConfig(),
                        TransportSocketTemplate.class,
                        context.withStats(context.listenerStats()),
                        field + ".transport_socket");
    }
}
