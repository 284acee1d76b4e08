package io.nuncio.kernel.listener;

import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.nuncio.spi.AccessLogger;
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
    private final ListenerManager.Services services;
    private final ConnectionLimit globalLimit;

    ListenerCompiler(ListenerManager.Services services) {
        this.services = services;
        this.globalLimit = ConnectionLimit.ofAll(services.runtime());
    }

    /// @param initTargets what the listener waits for before it serves
    /// @return null if anything is wrong; it is reported
    @Nullable CompiledListener compile(
            Listener message, InitTargets initTargets, Problems problems) {
        int before = problems.all().size();
        ListenerConfig config = ListenerConfig.from(message, problems);
        if (config == null) {
            return null;
        }
        StatsScope root = services.stats().scope("");
        StatsScope listenerScope = services.stats().scope("listener." + config.statPrefix());
        FactoryContext context =
                services.contexts()
                        .create(config.name(), root, listenerScope, initTargets, problems);
        List<ListenerFilterTemplate> listenerFilters = listenerFilters(message, context);
        List<FilterChain> chains = new ArrayList<>();
        FilterChainChoice choice = chains(message, context, chains);
        AccessLogger accessLogger =
                message.getAccessLogCount() == 0
                        ? null
                        : services.accessLogs()
                                .compile(message.getAccessLogList(), context, "access_log");
        CompiledListener compiled =
                new CompiledListener(
                        message,
                        config,
                        ConnectionLimit.ofListener(config.name(), services.runtime()),
                        globalLimit,
                        listenerFilters,
                        chains,
                        choice,
                        accessLogger,
                        ListenerStats.in(listenerScope),
                        List.of(root, listenerScope),
                        listenerScope);
        if (wrong(problems, before)) {
            compiled.close();
            return null;
        }
        return compiled;
    }

    private static boolean wrong(Problems problems, int before) {
        List<Problems.Problem> all = problems.all();
        return all.subList(before, all.size()).stream().anyMatch(problem -> !problem.warning());
    }

    private List<ListenerFilterTemplate> listenerFilters(Listener message, FactoryContext context) {
        List<ListenerFilterTemplate> templates = new ArrayList<>();
        for (int index = 0; index < message.getListenerFiltersCount(); index++) {
            ListenerFilter filter = message.getListenerFilters(index);
            ListenerFilterTemplate template =
                    services.extensions()
                            .compile(
                                    Category.LISTENER_FILTER,
                                    filter.getName(),
                                    filter.getTypedConfig(),
                                    ListenerFilterTemplate.class,
                                    context,
                                    "listener_filters[" + index + "]");
            if (template != null) {
                templates.add(template);
            }
        }
        return templates;
    }

    private FilterChainChoice chains(
            Listener message, FactoryContext context, List<FilterChain> chains) {
        Problems problems = context.problems();
        if (message.getFilterChainsCount() == 0 && !message.hasDefaultFilterChain()) {
            problems.at("filter_chains").because("no filter chains specified");
        }
        FilterChain fallback = null;
        if (message.hasDefaultFilterChain()) {
            fallback = chain(message.getDefaultFilterChain(), context, "default_filter_chain");
            chains.add(fallback);
        }
        if (message.hasFilterChainMatcher()) {
            return tree(message, context, chains, fallback);
        }
        FilterChainMatcher matcher = new FilterChainMatcher(fallback);
        Map<FilterChainMatch, String> matches = new HashMap<>();
        for (int index = 0; index < message.getFilterChainsCount(); index++) {
            var chainMessage = message.getFilterChains(index);
            String field = "filter_chains[" + index + "]";
            FilterChain chain = chain(chainMessage, context, field);
            chains.add(chain);
            FilterChainMatch match = chainMessage.getFilterChainMatch();
            Problems here = problems.in(field + ".filter_chain_match");
            String other = matches.putIfAbsent(match, field);
            if (other != null) {
                here.add("", "has the same matching rules as " + other);
                continue;
            }
            matcher.add(match, chain, here);
            warnIfNothingDetects(message, match, here);
        }
        return matcher;
    }

    private FilterChainChoice tree(
            Listener message,
            FactoryContext context,
            List<FilterChain> chains,
            @Nullable FilterChain fallback) {
        Map<String, FilterChain> byName = new HashMap<>();
        for (int index = 0; index < message.getFilterChainsCount(); index++) {
            var chainMessage = message.getFilterChains(index);
            String field = "filter_chains[" + index + "]";
            Problems here = context.problems().in(field);
            FilterChain chain = chain(chainMessage, context, field);
            chains.add(chain);
            if (chainMessage.getName().isEmpty()) {
                here.add("name", "is required in a listener with a filter_chain_matcher");
            } else if (byName.put(chainMessage.getName(), chain) != null) {
                here.add("name", "`" + chainMessage.getName() + "` is another chain's name too");
            }
            if (chainMessage.hasFilterChainMatch()) {
                here.warn("filter_chain_match", "is ignored: the filter_chain_matcher decides");
            }
        }
        MatchTree<String> tree =
                context.platform()
                        .matchers()
                        .compile(
                                message.getFilterChainMatcher(),
                                Matchers.Data.NETWORK,
                                String.class,
                                context,
                                "filter_chain_matcher");
        return new FilterChainTree(tree, byName, fallback);
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
            FactoryContext context,
            String field) {
        List<NetworkFilterTemplate> filters = new ArrayList<>();
        for (int index = 0; index < message.getFiltersCount(); index++) {
            Filter filter = message.getFilters(index);
            String place = field + ".filters[" + index + "]";
            NetworkFilterTemplate template =
                    services.extensions()
                            .compile(
                                    Category.NETWORK_FILTER,
                                    filter.getName(),
                                    filter.getTypedConfig(),
                                    NetworkFilterTemplate.class,
                                    context,
                                    place);
            if (template == null) {
                continue;
            }
            filters.add(template);
            checkTerminal(
                    template.terminal(),
                    index == message.getFiltersCount() - 1,
                    filter.getName(),
                    context.problems().in(place));
        }
        return new FilterChain(
                message.getName(),
                filters,
                transport(message, context, field),
                Durations.toNanos(message.getTransportSocketConnectTimeout()));
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
        if (!message.hasTransportSocket()) {
            return null;
        }
        TransportSocketTemplate template =
                services.extensions()
                        .compile(
                                Category.DOWNSTREAM_TRANSPORT_SOCKET,
                                message.getTransportSocket().getName(),
                                message.getTransportSocket().getTypedConfig(),
                                TransportSocketTemplate.class,
                                context.withStats(context.listenerStats()),
                                field + ".transport_socket");
        return template;
    }
}
