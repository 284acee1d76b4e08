package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Routes that ask for more than a request's headers.
class StreamMatchTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {}                                 | plaintext, nothing, presented, validated
                    {presented: true}                  | presented, validated
                    {presented: false}                 | plaintext, nothing
                    {validated: true}                  | validated
                    {validated: false}                 | plaintext, nothing, presented
                    {presented: true, validated: true} | validated
                    {presented: true, validated: false}| presented
                    {presented: false, validated: true}| nobody
                    """)
    void theClientsCertificateMayDecide(String options, String matching) {
        for (String peer : new String[] {"plaintext", "nothing", "presented", "validated"}) {
            RouteFixture fixture =
                    new RouteFixture(connection(peer))
                            .routes(
                                    """
                                    - {match: {prefix: /, tls_context: %s}, route: {cluster: web}}
                                    - {match: {prefix: /}, route: {cluster: other}}
                                    """
                                            .formatted(options));
            assertThat(fixture.cluster("a.com/"))
                    .as(peer)
                    .isEqualTo(matching.contains(peer) ? "web" : "other");
        }
    }

    private static ConnectionInfo connection(String peer) {
        return peer.equals("plaintext")
                ? new NoConnection()
                : new TlsConnection(!peer.equals("nothing"), peer.equals("validated"));
    }

    @Test
    void dynamicMetadataMayDecide() {
        RouteFixture fixture =
                new RouteFixture()
                        .routes(
                                """
                                - match:
                                    prefix: /
                                    dynamic_metadata:
                                    - {filter: a, path: [{key: tier}], value: {string_match: {exact: gold}}}
                                    - {filter: a, path: [{key: trial}], value: {present_match: false}}
                                  route: {cluster: web}
                                - {match: {prefix: /}, route: {cluster: other}}
                                """);

        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
        fixture.info.mergeMetadata("a", text("tier", "gold"));
        assertThat(fixture.cluster("a.com/")).isEqualTo("web");
        fixture.info.mergeMetadata("a", text("trial", "yes"));
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
    }

    @Test
    void aConditionOnMetadataMayBeInverted() {
        RouteFixture fixture =
                new RouteFixture()
                        .routes(
                                """
                                - match:
                                    prefix: /
                                    dynamic_metadata:
                                    - {filter: a, path: [{key: tier}], value: {string_match: {exact: gold}}, invert: true}
                                  route: {cluster: web}
                                """);
        assertThat(fixture.cluster("a.com/")).isEqualTo("web");
        fixture.info.mergeMetadata("a", text("tier", "gold"));
        assertThat(fixture.cluster("a.com/")).isEqualTo("-");
    }

    @Test
    void filterStateMayDecide() {
        RouteFixture fixture =
                new RouteFixture()
                        .routes(
                                """
                                - match:
                                    prefix: /
                                    filter_state:
                                    - {key: tenant, string_match: {prefix: acme}}
                                    - {key: origin, address_match: {ranges: [{address_prefix: 10.0.0.0, prefix_len: 8}]}}
                                  route: {cluster: web}
                                - {match: {prefix: /}, route: {cluster: other}}
                                """);
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
        fixture.info.filterState("tenant", "acme-1");
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
        fixture.info.filterState("origin", Address.Ip.parse("10.1.2.3", 0));
        assertThat(fixture.cluster("a.com/")).isEqualTo("web");
        fixture.info.filterState("origin", Address.Ip.parse("11.1.2.3", 0));
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
    }

    private static Struct text(String key, String value) {
        return Struct.newBuilder()
                .putFields(key, Value.newBuilder().setStringValue(value).build())
                .build();
    }
}
