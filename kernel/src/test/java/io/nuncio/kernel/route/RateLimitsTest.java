package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.v3.RateLimitUnit;
import io.nuncio.spi.Address;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.RateLimitDescriptor;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

class RateLimitsTest {
    private final RouteFixture fixture = new RouteFixture();

    /// A route to `web` whose one rate limit has these actions.
    private RateLimitsTest actions(String actions) {
        return rateLimits("[{ actions: [" + actions + "] }]");
    }

    private RateLimitsTest rateLimits(String rateLimits) {
        fixture.routes(
                "- {match: {prefix: /}, metadata: {filter_metadata: {ns: {a: {b: of route}}}},"
                        + " route: {cluster: web, rate_limits: "
                        + rateLimits
                        + "}}");
        return this;
    }

    /// The descriptors of a request, `key=value` each, `none` where a rate limit has none.
    private List<String> describe(RequestHeaders headers) {
        Route route = fixture.route(headers);
        fixture.info.route(route);
        return describe(route.rateLimits(), headers);
    }

    private List<String> describe(List<RateLimitPolicy> policies, RequestHeaders headers) {
        var all = new ArrayList<String>();
        for (RateLimitPolicy policy : policies) {
            RateLimitDescriptor descriptor = policy.descriptor(headers, fixture.info);
            all.add(descriptor == null ? "none" : text(descriptor));
        }
        return all;
    }

    private static String text(RateLimitDescriptor descriptor) {
        return String.join(
                ",",
                descriptor.entries().stream()
                        .map(entry -> entry.key() + "=" + entry.value())
                        .toList());
    }

    private String describe(String url) {
        return describe(RouteFixture.request(url)).getFirst();
    }

    private static Struct struct(String key, Value value) {
        return Struct.newBuilder().putFields(key, value).build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    @Test
    void theSourceClusterIsTheProxysOwn() {
        fixture.context.node = Node.newBuilder().setCluster("edge").build();

        assertThat(actions("{source_cluster: {}}").describe("a.com/"))
                .isEqualTo("source_cluster=edge");
    }

    @Test
    void theDestinationClusterIsTheRoutes() {
        assertThat(actions("{destination_cluster: {}}").describe("a.com/"))
                .isEqualTo("destination_cluster=web");
    }

    @Test
    void theDestinationClusterIsTheOneThatWasPicked() {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster_header: x-to, rate_limits: [{actions:"
                        + " [{destination_cluster: {}}]}]}}");

        assertThat(describe(RouteFixture.request("a.com/", "x-to", "api")))
                .containsExactly("destination_cluster=api");
    }

    @ParameterizedTest
    @CsvSource({"false, none", "true, generic_key=on"})
    void aHeadersValueIsTakenAndMayBeAbsent(String skip, String without) {
        actions(
                "{request_headers: {header_name: x-user, descriptor_key: user, skip_if_absent: "
                        + skip
                        + "}}, {generic_key: {descriptor_value: on}}");

        assertThat(describe(RouteFixture.request("a.com/", "x-user", "me")))
                .containsExactly("user=me,generic_key=on");
        assertThat(describe("a.com/")).isEqualTo(without);
    }

    @ParameterizedTest
    @CsvSource({
        "/?id=7, id=7,false",
        "/?x&id=7&id=8, id=7,false",
        "/?%69d=a%20b+c%4, id=a b+c%4,false",
        "/?id, id=,false",
        "/?xid=7, none,false",
        "/?xid=7, '',true"
    })
    void aQueryParametersValueIsTakenDecodedAndMayBeAbsent(
            String path, String descriptor, String skip) {
        actions(
                "{query_parameters: {query_parameter_name: id, descriptor_key: id, skip_if_absent: "
                        + skip
                        + "}}");

        assertThat(describe("a.com" + path)).isEqualTo(descriptor);
    }

    @Test
    void theRemoteAddressIsTheTrustedOne() {
        fixture.info.remoteAddress(Address.Ip.parse("10.1.2.3", 4));

        assertThat(actions("{remote_address: {}}").describe("a.com/"))
                .isEqualTo("remote_address=10.1.2.3");
    }

    @Test
    void anAddressThatIsNotOfIpHasNoDescriptor() {
        fixture.info.remoteAddress(new Address.Pipe("/a", 0));

        assertThat(actions("{remote_address: {}}").describe("a.com/")).isEqualTo("none");
        assertThat(actions("{masked_remote_address: {}}").describe("a.com/")).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, '{}', 10.1.2.3/32",
        "10.1.2.3, '{v4_prefix_mask_len: 16}', 10.1.0.0/16",
        "10.1.2.3, '{v4_prefix_mask_len: 0}', 0.0.0.0/0",
        "2001:db8::1, '{v4_prefix_mask_len: 16}', 2001:db8::1/128",
        "2001:db8:1::1, '{v6_prefix_mask_len: 32}', 2001:db8::/32"
    })
    void theRemoteAddressMayBeMasked(String address, String masks, String range) {
        fixture.info.remoteAddress(Address.Ip.parse(address, 4));

        assertThat(actions("{masked_remote_address: " + masks + "}").describe("a.com/"))
                .isEqualTo("masked_remote_address=" + range);
    }

    @Test
    void aGenericKeyIsAlwaysTheSame() {
        assertThat(actions("{generic_key: {descriptor_value: v}}").describe("a.com/"))
                .isEqualTo("generic_key=v");
        assertThat(
                        actions("{generic_key: {descriptor_key: k, descriptor_value: ü}}")
                                .describe("a.com/"))
                .isEqualTo("k=\u00c3\u00bc");
    }

    @ParameterizedTest
    @CsvSource({
        "'', yes, header_match=v",
        "'', no, none",
        "', expect_match: false', yes, none",
        "', expect_match: false', no, header_match=v",
        "', descriptor_key: k', yes, k=v"
    })
    void headersMayHaveToMatch(String more, String value, String descriptor) {
        actions(
                "{header_value_match: {descriptor_value: v, headers: [{name: x-a, string_match:"
                        + " {exact: 'yes'}}]"
                        + more
                        + "}}");

        assertThat(describe(RouteFixture.request("a.com/", "x-a", value)))
                .containsExactly(descriptor);
    }

    @ParameterizedTest
    @CsvSource({
        "'', /?a=%79es, query_match=v",
        "'', /?a=no, none",
        "'', /, none",
        "', expect_match: false', /?a=yes, none",
        "', expect_match: false', /, query_match=v",
        "', descriptor_key: k', /?a=yes, k=v"
    })
    void queryParametersMayHaveToMatch(String more, String path, String descriptor) {
        actions(
                "{query_parameter_value_match: {descriptor_value: v, query_parameters: [{name: a,"
                        + " string_match: {exact: 'yes'}}]"
                        + more
                        + "}}");

        assertThat(describe("a.com" + path)).isEqualTo(descriptor);
    }

    @ParameterizedTest
    @CsvSource({
        "'', k=of stream",
        "', source: ROUTE_ENTRY', k=of route",
        "', metadata_key: {key: other, path: [{key: a}]}', none",
        "', metadata_key: {key: other, path: [{key: a}]}, default_value: d', k=d",
        "', metadata_key: {key: other, path: [{key: a}]}, skip_if_absent: true', ''"
    })
    void metadataOfTheStreamOrTheRouteIsTaken(String more, String descriptor) {
        fixture.info.mergeMetadata(
                "ns",
                struct(
                        "a",
                        Value.newBuilder().setStructValue(struct("b", text("of stream"))).build()));
        String key = "metadata_key: {key: ns, path: [{key: a}, {key: b}]}";
        String fields = more.contains("metadata_key") ? more.substring(2) : key + more;

        assertThat(actions("{metadata: {descriptor_key: k, " + fields + "}}").describe("a.com/"))
                .isEqualTo(descriptor);
    }

    @ParameterizedTest
    @CsvSource({"a, k=v", "b, k=d"})
    void theOlderActionTakesDynamicMetadata(String path, String descriptor) {
        fixture.info.mergeMetadata("ns", struct("a", text("v")));

        assertThat(
                        actions(
                                        "{dynamic_metadata: {descriptor_key: k, default_value: d,"
                                                + " metadata_key: {key: ns, path: [{key: "
                                                + path
                                                + "}]}}}")
                                .describe("a.com/"))
                .isEqualTo(descriptor);
    }

    @ParameterizedTest
    @CsvSource(
            value = {"value, in=value", "'', ''", "NULL, none"},
            nullValues = "NULL")
    void anInputOfTheMatchingApiIsAnAction(String value, String descriptor) {
        MatchInput input = context -> value;
        fixture.context.extensions.put("in", input);

        assertThat(actions("{extension: {name: in}}").describe("a.com/")).isEqualTo(descriptor);
    }

    @Test
    void anExtensionThatNobodyHasIsRefused() {
        actions("{extension: {name: gone}}");

        assertThat(fixture.context.reported())
                .singleElement()
                .asString()
                .startsWith(
                        "route_config.virtual_hosts[0].routes[0].route.rate_limits[0].actions[0]"
                                + ".extension: ");
    }

    @Test
    void eachRateLimitMakesADescriptorOfItsActionsInOrder() {
        rateLimits(
                """
                [{ stage: 2, disable_key: off, actions: [
                    {generic_key: {descriptor_value: a}}, {destination_cluster: {}}]},
                 { actions: [{request_headers: {header_name: x-none, descriptor_key: k}}]},
                 { actions: [{generic_key: {descriptor_value: b}}]}]
                """
                        .replace('\n', ' '));

        assertThat(describe(RouteFixture.request("a.com/")))
                .containsExactly("generic_key=a,destination_cluster=web", "none", "generic_key=b");
        List<RateLimitPolicy> policies = fixture.route("a.com/").rateLimits();
        assertThat(policies).extracting(RateLimitPolicy::stage).containsExactly(2, 0, 0);
        assertThat(policies).extracting(RateLimitPolicy::disableKey).containsExactly("off", "", "");
    }

    @Test
    void theVirtualHostsRateLimitsAreKnownToEachRoute() {
        fixture.compile(
                """
                name: local
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  rate_limits: [{actions: [{generic_key: {descriptor_value: host}}]}]
                  routes:
                  - {match: {prefix: /own}, route: {cluster: web, rate_limits: [{actions: [{generic_key: {descriptor_value: route}}]}]}}
                  - {match: {prefix: /both}, route: {cluster: web, include_vh_rate_limits: true}}
                  - {match: {prefix: /picked}, route: {weighted_clusters: {clusters: [{name: web, weight: 1}]}, include_vh_rate_limits: true, rate_limits: [{actions: [{generic_key: {descriptor_value: route}}]}]}}
                  - {match: {prefix: /}, route: {cluster: web}}
                """);

        assertThat(levels("a.com/")).isEqualTo("[] [generic_key=host] false");
        assertThat(levels("a.com/own")).isEqualTo("[generic_key=route] [generic_key=host] false");
        assertThat(levels("a.com/both")).isEqualTo("[] [generic_key=host] true");
        assertThat(levels("a.com/picked")).isEqualTo("[generic_key=route] [generic_key=host] true");
    }

    private String levels(String url) {
        RequestHeaders headers = RouteFixture.request(url);
        Route route = fixture.route(headers);
        return describe(route.rateLimits(), headers)
                + " "
                + describe(route.virtualHostRateLimits(), headers)
                + " "
                + route.includeVirtualHostRateLimits();
    }

    @Test
    void aLimitMayComeFromTheMetadata() {
        fixture.info.mergeMetadata(
                "ns",
                struct(
                        "limit",
                        Value.newBuilder()
                                .setStructValue(
                                        Struct.newBuilder()
                                                .putFields(
                                                        "requests_per_unit",
                                                        Value.newBuilder()
                                                                .setNumberValue(42)
                                                                .build())
                                                .putFields("unit", text("HOUR")))
                                .build()));
        rateLimits(
                "[{actions: [{generic_key: {descriptor_value: a}}], limit: {dynamic_metadata:"
                        + " {metadata_key: {key: ns, path: [{key: limit}]}}}},"
                        + " {actions: [{generic_key: {descriptor_value: a}}], limit:"
                        + " {dynamic_metadata: {metadata_key: {key: ns, path: [{key: none}]}}}}]");

        assertThat(fixture.route("a.com/").rateLimits())
                .extracting(policy -> policy.descriptor(request(), fixture.info).limit())
                .containsExactly(new RateLimitDescriptor.Limit(42, RateLimitUnit.HOUR), null);
    }

    private static RequestHeaders request() {
        return RouteFixture.request("a.com/");
    }

    private List<RateLimitPolicy> ofFilter(RateLimit.Builder rateLimit) {
        rateLimit.addActionsBuilder().getGenericKeyBuilder().setDescriptorValue("a");
        return fixture.context.rateLimits("rate_limits", List.of(rateLimit.build()));
    }

    private RateLimit.Builder hits(String format) {
        return RateLimit.newBuilder()
                .setHitsAddend(RateLimit.HitsAddend.newBuilder().setFormat(format));
    }

    @Test
    void aRequestMayCountAsSeveralInAFiltersOwnRateLimits() {
        RateLimit.Builder three = RateLimit.newBuilder();
        three.getHitsAddendBuilder().getNumberBuilder().setValue(3);

        assertThat(ofFilter(three).getFirst().descriptor(request(), fixture.info).hitsAddend())
                .isEqualTo(3);
        assertThat(
                        ofFilter(RateLimit.newBuilder())
                                .getFirst()
                                .descriptor(request(), fixture.info)
                                .hitsAddend())
                .isEqualTo(RateLimitDescriptor.NO_HITS_ADDEND);
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "2.9, 2", "1e3, 1000", "1000000000, 1000000000"})
    void anOperatorMaySayHowManyRequestsOneCountsAs(String text, long hits) {
        fixture.context.operators.put("REQ(x-hits)", context -> text);

        assertThat(
                        ofFilter(hits("%REQ(x-hits)%"))
                                .getFirst()
                                .descriptor(request(), fixture.info)
                                .hitsAddend())
                .isEqualTo(hits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "-1", "1000000001", "x", "NaN", "1d"})
    void whatIsNoNumberOfRequestsMakesNoDescriptor(String text) {
        fixture.context.operators.put("REQ(x-hits)", context -> text);

        assertThat(ofFilter(hits("%REQ(x-hits)%")).getFirst().descriptor(request(), fixture.info))
                .isNull();
    }

    @Test
    void whatHoldsOnlyInRoutesIsRefusedInAFilter() {
        RateLimit.Builder rateLimit = RateLimit.newBuilder().setDisableKey("off");
        rateLimit.getStageBuilder().setValue(0);
        rateLimit.getLimitBuilder();
        rateLimit.addActionsBuilder().getDynamicMetadataBuilder().setDescriptorKey("k");
        ofFilter(rateLimit);

        String refused = ": does not hold in a filter's own rate_limits, only in routes'";
        assertThat(fixture.context.reported())
                .containsExactly(
                        "rate_limits[0].stage" + refused,
                        "rate_limits[0].disable_key" + refused,
                        "rate_limits[0].limit" + refused,
                        "rate_limits[0].actions[0].dynamic_metadata" + refused);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "%A%%B% | rate_limits[0].hits_addend.format: was `%A%%B%`, expected a single"
                        + " command operator",
                "'' | rate_limits[0].hits_addend: expected exactly one of number and format"
            })
    void hitsComeFromOneOperator(String format, String problem) {
        ofFilter(hits(format));

        assertThat(fixture.context.reported()).containsExactly(problem);
    }

    @Test
    void hitsAreRefusedInARoute() {
        rateLimits("[{actions: [{generic_key: {descriptor_value: a}}], hits_addend: {number: 2}}]");

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.rate_limits[0].hits_addend:"
                                + " holds only in a filter's own rate_limits");
    }

    @Test
    void aWrongHeaderNameIsRefused() {
        actions("{request_headers: {header_name: 'a b', descriptor_key: k}}");

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.rate_limits[0].actions[0]"
                                + ".request_headers.header_name: was `a b`, expected the name of a"
                                + " header");
    }

    @Test
    void aRouteWithoutRateLimitsHasNone() {
        fixture.routes("- {match: {prefix: /}, route: {cluster: web}}");

        assertThat(fixture.route("a.com/").rateLimits()).isEmpty();
        assertThat(fixture.route("a.com/").virtualHostRateLimits()).isEmpty();
        assertThat(Route.NONE.rateLimits()).isEmpty();
    }
}
