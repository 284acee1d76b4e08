package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.Problems;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Compiles how a listener chooses among its filter chains: by their own rules, or by its
/// `filter_chain_matcher`. Thread: main.
final class FilterChainChoices {
    private FilterChainChoices() {}

    /// @param chains in the order of the message, the default one last
    static FilterChainChoice of(
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
}
