package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType;
import io.nuncio.kernel.http.FakeWorker;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.kernel.server.LifeCycle;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;

class FilterChainMatcherTest {
    private final Problems problems = new Problems();
    private FilterChainMatcher matcher = new FilterChainMatcher(null);
    private int added;

    private static FilterChain chain(String name) {
        Leases none = new Leases();
        FakeWorker worker = new FakeWorker();
        return new FilterChain(
                name,
                io.envoyproxy.envoy.config.core.v3.Metadata.getDefaultInstance(),
                new FilterTemplates<>(
                        () -> new UseCount(worker, List.of()), NetworkFilterTemplate::close),
                none,
                new FilterChain.Socket(null, none),
                0,
                new ChainConnections(
                        new DrainDecision(new DrainSettings(0, true), new LifeCycle(), true),
                        new UseCount(worker, List.of())));
    }

    private void add(String name, FilterChainMatch.Builder match) {
        matcher.add(match.build(), chain(name), "filter_chains[" + added++ + "]", problems);
    }

    private static FilterChainMatch.Builder match() {
        return FilterChainMatch.newBuilder();
    }

    private static CidrRange range(String prefix, int length) {
        return CidrRange.newBuilder()
                .setAddressPrefix(prefix)
                .setPrefixLen(UInt32Value.of(length))
                .build();
    }

    private static FakeConnectionInfo connection() {
        return new FakeConnectionInfo();
    }

    private @Nullable String find(FakeConnectionInfo connection) {
        return find(connection, "", "raw_buffer", List.of());
    }

    private @Nullable String find(
            FakeConnectionInfo connection,
            String serverName,
            String transport,
            List<String> protocols) {
        assertThat(problems.all()).isEmpty();
        FilterChain found =
                matcher.find(new MatchInput(connection, serverName, transport, protocols));
        return found == null ? null : found.name();
    }

    private @Nullable String byName(String serverName) {
        return find(connection(), serverName, "raw_buffer", List.of());
    }

    @Test
    void aChainWithoutConditionsTakesEverything() {
        add("only", match());
        assertThat(find(connection())).isEqualTo("only");
        assertThat(find(connection().overPipe())).isEqualTo("only");
    }

    @Test
    void withoutAMatchTheDefaultChainServes() {
        matcher = new FilterChainMatcher(chain("default"));
        add("443", match().setDestinationPort(UInt32Value.of(443)));
        assertThat(find(connection().to("10.0.0.1", 443))).isEqualTo("443");
        assertThat(find(connection().to("10.0.0.1", 80))).isEqualTo("default");
    }

    @Test
    void withoutAMatchAndADefaultThereIsNoChain() {
        add("443", match().setDestinationPort(UInt32Value.of(443)));
        assertThat(find(connection())).isNull();
    }

    /// Envoy's order: a step that was taken is not taken back.
    @Test
    void aChainForThePortHidesThoseForAnyPortEvenIfItFailsLater() {
        add(
                "port",
                match().setDestinationPort(UInt32Value.of(80))
                        .addPrefixRanges(range("10.9.0.0", 16)));
        add("any", match());
        assertThat(find(connection().to("10.9.1.1", 80))).isEqualTo("port");
        assertThat(find(connection().to("10.0.0.1", 80))).isNull();
        assertThat(find(connection().to("10.0.0.1", 81))).isEqualTo("any");
    }

    @Test
    void theLongestPrefixOfTheDestinationWins() {
        add("8", match().addPrefixRanges(range("10.0.0.0", 8)));
        add("24", match().addPrefixRanges(range("10.1.2.0", 24)));
        add("host", match().addPrefixRanges(range("10.1.2.3", 32)));
        add("v6", match().addPrefixRanges(range("2001:db8::", 33)));
        assertThat(find(connection().to("10.1.2.3", 80))).isEqualTo("host");
        assertThat(find(connection().to("10.1.2.4", 80))).isEqualTo("24");
        assertThat(find(connection().to("10.200.0.1", 80))).isEqualTo("8");
        assertThat(find(connection().to("11.0.0.1", 80))).isNull();
        assertThat(find(connection().to("2001:db8:7fff::1", 80))).isEqualTo("v6");
        assertThat(find(connection().to("2001:db8:8000::1", 80))).isNull();
    }

    /// Envoy looks for a pipe as for 255.255.255.255.
    @Test
    void aPipeMatchesChainsForAnyAddressOnly() {
        add("range", match().addPrefixRanges(range("10.0.0.0", 8)));
        add("all", match().addPrefixRanges(range("0.0.0.0", 0)));
        assertThat(find(connection().overPipe())).isEqualTo("all");
        add("any", match());
        assertThat(find(connection().overPipe())).isEqualTo("any");
    }

    @Test
    void theMostSpecificServerNameWins() {
        add("exact", match().addServerNames("www.example.com"));
        add("wild", match().addServerNames("*.example.com"));
        add("com", match().addServerNames("*.com"));
        add("any", match());
        assertThat(byName("www.example.com")).isEqualTo("exact");
        assertThat(byName("api.example.com")).isEqualTo("wild");
        assertThat(byName("a.b.example.com")).isEqualTo("wild");
        assertThat(byName("example.com")).isEqualTo("com");
        assertThat(byName("example.org")).isEqualTo("any");
        assertThat(byName("")).isEqualTo("any");
    }

    @Test
    void serverNamesAreComparedWithoutCase() {
        add("exact", match().addServerNames("WWW.Example.com"));
        assertThat(byName("www.example.com")).isEqualTo("exact");
    }

    @Test
    void aPartialWildcardIsReported() {
        add("wrong", match().addServerNames("*w.example.com"));
        assertThat(problems.all())
                .singleElement()
                .hasToString(
                        "filter_chains[0].filter_chain_match.server_names[0]: was `*w.example.com`,"
                                + " expected a whole name, or one that begins with `*.`");
    }

    @Test
    void transportAndApplicationProtocolsAreMatched() {
        add("h2", match().setTransportProtocol("tls").addApplicationProtocols("h2"));
        add("tls", match().setTransportProtocol("tls"));
        add("plain", match());
        assertThat(find(connection(), "", "tls", List.of("spdy", "h2"))).isEqualTo("h2");
        assertThat(find(connection(), "", "tls", List.of("http/1.1"))).isEqualTo("tls");
        assertThat(find(connection(), "", "raw_buffer", List.of())).isEqualTo("plain");
    }

    @Test
    void theDirectSourceIsTheSocketsPeerAndTheSourceWhomItSpeaksFor() {
        add("through", match().addDirectSourcePrefixRanges(range("172.16.0.0", 12)));
        add("user", match().addSourcePrefixRanges(range("100.64.0.0", 10)));
        assertThat(find(connection().from("172.17.0.1", 1).onBehalfOf("1.2.3.4", 2)))
                .isEqualTo("through");
        assertThat(find(connection().from("1.2.3.4", 1).onBehalfOf("100.65.0.1", 2)))
                .isEqualTo("user");
        assertThat(find(connection().from("100.65.0.1", 1).onBehalfOf("1.2.3.4", 2))).isNull();
    }

    @Test
    void theSourceTypeTellsThisHostFromOthers() {
        add("local", match().setSourceType(ConnectionSourceType.SAME_IP_OR_LOOPBACK));
        add("external", match().setSourceType(ConnectionSourceType.EXTERNAL));
        assertThat(find(connection().from("127.0.0.1", 1))).isEqualTo("local");
        assertThat(find(connection().from("10.0.0.1", 1))).isEqualTo("local");
        assertThat(find(connection().from("::1", 1))).isEqualTo("local");
        assertThat(find(connection().from("127.0.0.2", 1))).isEqualTo("external");
        assertThat(find(connection().from("10.0.0.2", 1))).isEqualTo("external");
        assertThat(find(connection().overPipe())).isEqualTo("local");
    }

    @Test
    void theSourcePortIsTheLastStep() {
        add("port", match().addSourcePorts(5000));
        add("any", match());
        assertThat(find(connection().from("1.2.3.4", 5000))).isEqualTo("port");
        assertThat(find(connection().from("1.2.3.4", 5001))).isEqualTo("any");
    }

    @Test
    void overlappingRulesAreReported() {
        add("other", match());
        add("one", match().addServerNames("a.example").addServerNames("b.example"));
        add("two", match().addServerNames("b.example").addServerNames("c.example"));
        assertThat(problems.all())
                .singleElement()
                .hasToString(
                        "filter_chains[2].filter_chain_match: multiple filter chains with"
                                + " overlapping matching rules are defined: this one and"
                                + " filter_chains[1].filter_chain_match");
        assertThat(problems.all().getFirst().other())
                .isEqualTo("filter_chains[1].filter_chain_match");
    }

    @Test
    void aRangeThatIsNoAddressIsReported() {
        add("wrong", match().addPrefixRanges(range("ten", 8)));
        assertThat(problems.all())
                .singleElement()
                .hasToString(
                        "filter_chains[0].filter_chain_match.prefix_ranges[0].address_prefix: was"
                                + " `ten`, expected an IP address");
    }

    // Envoy's own cases (filter_chain_manager_impl_test, listener_manager_impl_test).

    @Test
    void aServerNameThatMatchesHidesTheOthersEvenIfItsTransportDoesNot() {
        add("tls", match().addServerNames("a.example").setTransportProtocol("tls"));
        add("any", match());
        assertThat(find(connection(), "a.example", "tls", List.of())).isEqualTo("tls");
        assertThat(find(connection(), "a.example", "raw_buffer", List.of())).isNull();
        assertThat(find(connection(), "b.example", "raw_buffer", List.of())).isEqualTo("any");
    }

    @Test
    void theFirstProtocolOfThePeerThatAChainHasDecides() {
        add("h2", match().addApplicationProtocols("h2"));
        add("http/1.1", match().addApplicationProtocols("http/1.1"));
        add("any", match());
        assertThat(find(connection(), "", "tls", List.of("http/1.1", "h2"))).isEqualTo("http/1.1");
        assertThat(find(connection(), "", "tls", List.of("h2", "http/1.1"))).isEqualTo("h2");
        assertThat(find(connection(), "", "tls", List.of("h3"))).isEqualTo("any");
    }

    @Test
    void theDirectSourceComesBeforeTheSourceTypeAndThatBeforeTheSource() {
        add("direct", match().addDirectSourcePrefixRanges(range("127.0.0.0", 8)));
        add("local", match().setSourceType(ConnectionSourceType.SAME_IP_OR_LOOPBACK));
        add("source", match().addSourcePrefixRanges(range("127.0.0.1", 32)));
        assertThat(find(connection().from("127.0.0.1", 1))).isEqualTo("direct");
        assertThat(find(connection().from("1.2.3.4", 1).onBehalfOf("127.0.0.1", 1)))
                .isEqualTo("local");
    }

    @Test
    void aSourceTypeThatMatchesHidesChainsForAnyType() {
        add(
                "local",
                match().setSourceType(ConnectionSourceType.SAME_IP_OR_LOOPBACK)
                        .addSourcePorts(100));
        add("any", match());
        assertThat(find(connection().from("127.0.0.1", 100))).isEqualTo("local");
        assertThat(find(connection().from("127.0.0.1", 101))).isNull();
        assertThat(find(connection().from("1.2.3.4", 101))).isEqualTo("any");
    }

    @Test
    void theLongestPrefixOfTheSourceHidesShorterOnesEvenIfThePortDoesNotMatch() {
        add("host", match().addSourcePrefixRanges(range("10.1.2.3", 32)).addSourcePorts(100));
        add("net", match().addSourcePrefixRanges(range("10.0.0.0", 8)));
        assertThat(find(connection().from("10.1.2.3", 100))).isEqualTo("host");
        assertThat(find(connection().from("10.1.2.3", 101))).isNull();
        assertThat(find(connection().from("10.1.2.4", 101))).isEqualTo("net");
    }

    @Test
    void aWildcardDoesNotMatchItsOwnDomainAndANameIsNotItsWildcard() {
        add("wild", match().addServerNames("*.example.com"));
        assertThat(byName("example.com")).isNull();
        assertThat(byName("wexample.com")).isNull();
        assertThat(byName("w.example.com")).isEqualTo("wild");
    }
}
