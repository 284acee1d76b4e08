package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;

/// Filter chains chosen by a matcher whose inputs, ranges and actions come from a bundle.
class FilterChainMatcherIT {
    @Test
    void theChainWhoseNameIsFoundServes() throws Exception {
        assertThat(answer(source("127.0.0.0", "two"))).isEqualTo("two");
        assertThat(answer(source("10.0.0.0", "two"))).as("on_no_match").isEqualTo("one");
    }

    @Test
    void theDefaultChainServesWhereTheNameIsThatOfNoChain() throws Exception {
        assertThat(answer(source("127.0.0.0", "three"))).isEqualTo("default");
    }

    @Test
    void chainsNeedNamesOfTheirOwn() {
        assertThatThrownBy(() -> start(source("127.0.0.0", "two"), "two").close())
                .hasMessageContaining("filter_chains[1].name")
                .hasMessageContaining("`two` is also the name of filter_chains[0]");
    }

    @Test
    void chainsThatContradictEachOtherAreRefusedWithTheLinesOfBoth() {
        assertThatThrownBy(() ->
                        NuncioServer.start(
                                        Distribution.HOME.resolve("bundles"),
                                        contradicting("[a.example]"))
                                .close())
                .hasMessageContaining(
                        ":9:7: error: has the same matching rules as filter_chains[0] (")
                .hasMessageContaining(":6:7)");
        assertThatThrownBy(() ->
                        NuncioServer.start(
                                        Distribution.HOME.resolve("bundles"),
                                        contradicting("[b.example, a.example]"))
                                .close())
                .hasMessageContaining(
                        ":9:7: error: multiple filter chains with overlapping matching rules are"
                                + " defined: this one and filter_chains[0].filter_chain_match (")
                .hasMessageContaining(":7:7)");
    }

    private static String contradicting(String names) {
        return """
        static_resources:
          listeners:
          - name: front
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - name: one
              filter_chain_match: { server_names: [a.example] }
            - name: two
              filter_chain_match: { server_names: %s }
        """
                .formatted(names);
    }

    private static String answer(String matcher) throws Exception {
        try (NuncioServer proxy = start(matcher, "one");
                RawClient client = proxy.client("front")) {
            return client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    private static String source(String range, String found) {
        return """
              filter_chain_matcher:
                matcher_tree:
                  input:
                    name: ip
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.SourceIPInput
                  custom_match:
                    name: ranges
                    typed_config:
                      "@type": type.googleapis.com/xds.type.matcher.v3.IPMatcher
                      range_matchers:
                      - ranges: [{ address_prefix: %s, prefix_len: 8 }]
                        on_match: { action: %s }
                on_no_match: { action: %s }
        """
                .formatted(range, name(found), name("one"));
    }

    private static String name(String chain) {
        return "{ name: found, typed_config: { \"@type\":"
                + " type.googleapis.com/google.protobuf.StringValue, value: "
                + chain
                + " } }";
    }

    /// @param first the name of the chain that answers `one`
    private static NuncioServer start(String matcher, String first) throws Exception {
        String yaml =
                """
                static_resources:
                  listeners:
                    - name: front
                      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                """
                        + matcher
                        + "      filter_chains:\n"
                        + chain("- name: " + first, "one")
                        + chain("- name: two", "two")
                        + "      default_filter_chain:\n"
                        + chain("  name: rest", "default");
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml);
    }

    private static String chain(String head, String body) {
        return """
        %s
          filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: %s
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: { prefix: / }
                          direct_response: { status: 200, body: { inline_string: %s } }
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """
                .formatted(head, body, body)
                .indent(8);
    }
}
