package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Finds the filter chain of a connection by Envoy's nine steps, each of which keeps the chains
/// that say the most about its property: destination port, destination address, server name,
/// transport protocol, application protocols, directly connected source, source type, source
/// address, source port. A step is never taken back.
///
/// Built on the main thread, then immutable and shared by all workers.
final class FilterChainMatcher implements FilterChainChoice {
    private static final String ANY = "";
    private static final int ANY_PORT = 0;

    /// The steps after the destination address, outermost first.
    private static final class ServerNames
            extends HashMap<String, Map<String, Map<String, CidrTable<Sources>>>> {
        private static final long serialVersionUID = 1;
    }

    /// Source type, then source address, then source port.
    private static final class Sources {
        private final Map<ConnectionSourceType, CidrTable<Map<Integer, FilterChain>>> types =
                new EnumMap<>(ConnectionSourceType.class);
    }

    private final Map<Integer, CidrTable<ServerNames>> ports = new HashMap<>();
    private final Map<FilterChain, String> fields = new IdentityHashMap<>();
    private final @Nullable FilterChain fallback;
    private @Nullable FilterChain only;
    private int chains;

    /// @param fallback the default filter chain, null if there is none
    FilterChainMatcher(@Nullable FilterChain fallback) {
        this.fallback = fallback;
    }

    /// Adds a chain; rules that overlap with another chain's are reported.
    ///
    /// @param field where the chain is, as in `filter_chains[0]`
    /// @param listener at the listener
    void add(FilterChainMatch match, FilterChain chain, String field, Problems listener) {
        Problems problems = listener.in(field + ".filter_chain_match");
        fields.put(chain, field);
        chains++;
        only = chains == 1 && match.equals(FilterChainMatch.getDefaultInstance()) ? chain : null;
        List<@Nullable IpRange> destinations =
                ranges(match.getPrefixRangesList(), problems, "prefix_ranges");
        List<@Nullable IpRange> directSources =
                ranges(
                        match.getDirectSourcePrefixRangesList(),
                        problems,
                        "direct_source_prefix_ranges");
        List<@Nullable IpRange> sources =
                ranges(match.getSourcePrefixRangesList(), problems, "source_prefix_ranges");
        CidrTable<ServerNames> port =
                ports.computeIfAbsent(
                        match.hasDestinationPort() ? match.getDestinationPort().getValue() : 0,
                        number -> new CidrTable<>());
        FilterChain other = null;
        for (IpRange destination : destinations) {
            ServerNames names = port.at(destination, ServerNames::new);
            for (String name : serverNames(match, problems)) {
                Map<String, CidrTable<Sources>> protocols =
                        names.computeIfAbsent(name, key -> new HashMap<>())
                                .computeIfAbsent(
                                        match.getTransportProtocol(), key -> new HashMap<>());
                for (String protocol : orAny(match.getApplicationProtocolsList())) {
                    CidrTable<Sources> direct =
                            protocols.computeIfAbsent(protocol, key -> new CidrTable<>());
                    for (IpRange directSource : directSources) {
                        FilterChain taken =
                                addSources(
                                        direct.at(directSource, Sources::new),
                                        match,
                                        sources,
                                        chain);
                        other = other == null ? taken : other;
                    }
                }
            }
        }
        if (other != null) {
            listener.contradicts(
                    field + ".filter_chain_match",
                    "multiple filter chains with overlapping matching rules are defined: this one"
                            + " and",
                    fields.get(other) + ".filter_chain_match");
        }
    }

    /// The chain that has one of the places already, null if there is none.
    private static @Nullable FilterChain addSources(
            Sources place,
            FilterChainMatch match,
            List<@Nullable IpRange> ranges,
            FilterChain chain) {
        CidrTable<Map<Integer, FilterChain>> table =
                place.types.computeIfAbsent(match.getSourceType(), type -> new CidrTable<>());
        Collection<Integer> sourcePorts =
                match.getSourcePortsCount() == 0 ? List.of(ANY_PORT) : match.getSourcePortsList();
        FilterChain other = null;
        for (IpRange range : ranges) {
            Map<Integer, FilterChain> chains = table.at(range, HashMap::new);
            for (Integer sourcePort : sourcePorts) {
                FilterChain taken = chains.putIfAbsent(sourcePort, chain);
                other = other == null ? taken : other;
            }
        }
        return other;
    }

    private static List<@Nullable IpRange> ranges(
            List<CidrRange> messages, Problems problems, String field) {
        if (messages.isEmpty()) {
            return Collections.singletonList(null);
        }
        List<@Nullable IpRange> ranges = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            IpRange range = IpRange.of(messages.get(index), problems.in(field + "[" + index + "]"));
            if (range != null) {
                ranges.add(range);
            }
        }
        return ranges;
    }

    /// `*.example.com` becomes `.example.com`.
    private static List<String> serverNames(FilterChainMatch match, Problems problems) {
        List<String> names = new ArrayList<>();
        for (int index = 0; index < match.getServerNamesCount(); index++) {
            String name = match.getServerNames(index).toLowerCase(Locale.ROOT);
            if (name.indexOf('*') >= 0 && !name.startsWith("*.")) {
                problems.at("server_names[" + index + "]")
                        .expected("a whole name, or one that begins with `*.`")
                        .found(name);
            }
            names.add(name.startsWith("*.") ? name.substring(1) : name);
        }
        return orAny(names);
    }

    private static List<String> orAny(List<String> names) {
        return names.isEmpty() ? List.of(ANY) : names;
    }

    @Override
    public @Nullable FilterChain find(
            MatchInput input, @Nullable StreamFacts facts, Worker worker) {
        return find(input);
    }

    /// The chain for a connection, null if none matches and there is no default.
    @Nullable FilterChain find(MatchInput input) {
        if (only != null) {
            return only;
        }
        FilterChain found = null;
        if (!ports.isEmpty()) {
            CidrTable<ServerNames> port =
                    ports.size() == 1 && ports.containsKey(ANY_PORT)
                            ? null
                            : ports.get(input.destinationPort());
            if (port == null) {
                port = ports.get(ANY_PORT);
            }
            found = port == null ? null : byDestination(port, input);
        }
        return found == null ? fallback : found;
    }

    private static @Nullable FilterChain byDestination(
            CidrTable<ServerNames> table, MatchInput input) {
        ServerNames names = table.hasRanges() ? table.find(input.destination()) : table.any();
        if (names == null) {
            return null;
        }
        String name = input.serverName();
        Map<String, Map<String, CidrTable<Sources>>> found = names.get(name);
        for (int dot = name.indexOf('.', 1);
                found == null && dot > 0 && dot < name.length() - 1;
                dot = name.indexOf('.', dot + 1)) {
            found = names.get(name.substring(dot));
        }
        if (found == null) {
            found = names.get(ANY);
        }
        return found == null ? null : byTransportProtocol(found, input);
    }

    private static @Nullable FilterChain byTransportProtocol(
            Map<String, Map<String, CidrTable<Sources>>> transports, MatchInput input) {
        Map<String, CidrTable<Sources>> protocols = transports.get(input.transportProtocol());
        if (protocols == null) {
            protocols = transports.get(ANY);
        }
        if (protocols == null) {
            return null;
        }
        CidrTable<Sources> direct = null;
        for (String protocol : input.applicationProtocols()) {
            direct = protocols.get(protocol);
            if (direct != null) {
                break;
            }
        }
        if (direct == null) {
            direct = protocols.get(ANY);
        }
        return direct == null ? null : bySource(direct, input);
    }

    private static @Nullable FilterChain bySource(CidrTable<Sources> direct, MatchInput input) {
        Sources place = direct.hasRanges() ? direct.find(input.directSource()) : direct.any();
        if (place == null) {
            return null;
        }
        var local = place.types.get(ConnectionSourceType.SAME_IP_OR_LOOPBACK);
        var external = place.types.get(ConnectionSourceType.EXTERNAL);
        CidrTable<Map<Integer, FilterChain>> table = null;
        if (local != null || external != null) {
            table = input.fromSameHost() ? local : external;
        }
        if (table == null) {
            table = place.types.get(ConnectionSourceType.ANY);
        }
        if (table == null) {
            return null;
        }
        Map<Integer, FilterChain> byPort =
                table.hasRanges() ? table.find(input.source()) : table.any();
        if (byPort == null) {
            return null;
        }
        FilterChain exact = byPort.get(input.sourcePort());
        return exact == null ? byPort.get(ANY_PORT) : exact;
    }
}
