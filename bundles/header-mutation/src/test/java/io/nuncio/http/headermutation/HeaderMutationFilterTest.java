package io.nuncio.http.headermutation;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.nuncio.spi.HeaderName;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.HttpStreamHarness;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderMutationFilterTest {
    private final HeaderMutationExtension extension = new HeaderMutationExtension();

    private HttpFilterHarness filter(String yaml) {
        return HttpFilterHarness.of(extension, HeaderMutation.getDefaultInstance(), yaml);
    }

    private static HeaderMutationPerRoute level(String name) {
        return YamlMessages.of(
                HeaderMutationPerRoute.getDefaultInstance(),
                """
                mutations:
                  request_mutations: [{append: {header: {key: x-order, value: %1$s}}}]
                  response_mutations: [{append: {header: {key: x-order, value: %1$s}}}]
                """
                        .formatted(name));
    }

    @Test
    void theRulesOfTheSpiAreKept() {
        HttpFilterConformance.of(() ->
                        filter(
                                        """
                                        mutations:
                                          request_mutations:
                                          - append: {header: {key: x-path, value: "%REQ(:PATH)%"}}
                                          - remove: x-gone
                                          response_mutations: [{append: {header: {key: x-b, value: b}}}]
                                        """)
                                .perRoute(extension, level("host"), level("route")))
                .header("x-gone: 1")
                .check();
    }

    @Test
    void requestAndResponseAreChanged() {
        HttpStreamHarness stream =
                filter(
                                """
                                mutations:
                                  request_mutations: [{append: {header: {key: x-a, value: to-upstream}}}]
                                  response_mutations: [{append: {header: {key: x-b, value: to-client}}}]
                                """)
                        .get("/");
        stream.upstream().respond(200);

        assertThat(stream.upstream().header("x-a")).isEqualTo("to-upstream");
        assertThat(stream.upstream().header("x-b")).isNull();
        assertThat(stream.header("x-b")).isEqualTo("to-client");
        assertThat(stream.header("x-a")).isNull();
    }

    @Test
    void mutationsAreAppliedInTheirOrder() {
        HttpStreamHarness stream =
                filter(
                                """
                                mutations:
                                  request_mutations:
                                  - append: {header: {key: x-a, value: gone}}
                                  - remove: x-a
                                  - append: {header: {key: x-a, value: stays}}
                                """)
                        .get("/", "x-a: sent");

        assertThat(stream.upstream().headers().getAll(HeaderName.of("x-a")))
                .containsExactly("stays");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "APPEND_IF_EXISTS_OR_ADD | old,new",
                "ADD_IF_ABSENT | old",
                "OVERWRITE_IF_EXISTS | new",
                "OVERWRITE_IF_EXISTS_OR_ADD | new",
            })
    void theActionSaysWhatBecomesOfWhatIsThere(String action, String values) {
        HttpStreamHarness stream =
                filter(
                                "mutations: {request_mutations: [{append: {header: {key: x-a,"
                                        + " value: new}, append_action: "
                                        + action
                                        + "}}]}")
                        .get("/", "x-a: old");

        assertThat(stream.upstream().headers().getAll(HeaderName.of("x-a")))
                .containsExactly(values.split(","));
    }

    @Test
    void thePathMayBeOverwritten() {
        HttpStreamHarness stream =
                filter(
                                "mutations: {request_mutations: [{append: {header: {key: ':path',"
                                    + " value: /b}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}}]}")
                        .get("/a");

        assertThat(stream.upstream().headers().path()).isEqualTo("/b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "append: {record: {key: b, value: 2}} | /p?a=1 | /p?a=1&b=2",
                "append: {record: {key: a, value: 2}} | /p?a=1 | /p?a=1&a=2",
                "append: {record: {key: b, value: 2}} | /p | /p?b=2",
                "append: {record: {key: a, value: 2}, action: ADD_IF_ABSENT} | /p?a=1 | /p?a=1",
                "append: {record: {key: a, value: 2}, action: ADD_IF_ABSENT} | /p | /p?a=2",
                "append: {record: {key: a, value: 2}, action: OVERWRITE_IF_EXISTS} | /p | /p",
                "append: {record: {key: a, value: 2}, action: OVERWRITE_IF_EXISTS} | /p?a=1&a=3 |"
                        + " /p?a=2",
                "append: {record: {key: a, value: 2}, action: OVERWRITE_IF_EXISTS_OR_ADD} | /p |"
                        + " /p?a=2",
                "append: {record: {key: a, value: 'x y'}} | /p | /p?a=x%20y",
                "remove: a | /p?a=1&b=2&a=3 | /p?b=2",
                "remove: a | /p?a=1 | /p",
                "remove: a | /p?%61=1&b=%41 | /p?b=%41",
                "remove: x | /p?b&a=1 | /p?a=1&b=",
            })
    void queryParametersAreChanged(String mutation, String path, String changed) {
        HttpStreamHarness stream =
                filter(
                                "mutations: {query_parameter_mutations: [{"
                                        + mutation.replace("value: 2", "value: '2'")
                                        + "}]}")
                        .get(path);

        assertThat(stream.upstream().headers().path()).isEqualTo(changed);
    }

    @Test
    void theRoutesMutationsComeAfterTheFiltersOwn() {
        HttpFilterHarness filter =
                filter(
                                "mutations: {request_mutations: [{append: {header: {key: x-order,"
                                        + " value: own}}}]}")
                        .perRoute(extension, level("route"));

        assertThat(order(filter.get("/"))).isEqualTo("own,route");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"false | route,host,table", "true | table,host,route"})
    void theMostSpecificLevelIsAppliedFirstOrLast(boolean last, String order) {
        HttpFilterHarness filter =
                filter("most_specific_header_mutations_wins: " + last)
                        .perRoute(extension, level("table"), level("host"), level("route"));

        HttpStreamHarness stream = filter.get("/");
        stream.upstream().respond(200);

        assertThat(order(stream)).isEqualTo(order);
        assertThat(String.join(",", stream.headerValues("x-order"))).isEqualTo(order);
    }

    private static String order(HttpStreamHarness stream) {
        return String.join(",", stream.upstream().headers().getAll(HeaderName.of("x-order")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "request_mutations: [{remove: ':path'}] | request_mutations[0].remove: `:path`"
                        + " cannot be removed",
                "request_mutations: [{remove: 'a b'}] | request_mutations[0].remove: was `a b`,"
                        + " expected the name of a header",
                "response_mutations: [{append: {header: {key: ':status', value: '1'}}}] |"
                    + " response_mutations[0].append.append_action: :status has one value; expected"
                    + " one of ADD_IF_ABSENT, OVERWRITE_IF_EXISTS, OVERWRITE_IF_EXISTS_OR_ADD",
                "query_parameter_mutations: [{}] | query_parameter_mutations[0]: names no mutation;"
                        + " expected append or remove",
                "query_parameter_mutations: [{remove: a, append: {record: {key: b}}}] |"
                    + " query_parameter_mutations[0]: has both append and remove; expected one of"
                    + " them",
                "query_parameter_mutations: [{append: {}}] |"
                        + " query_parameter_mutations[0].append.record: is missing",
                "query_parameter_mutations: [{append: {record: {key: a, value: 1}}}] |"
                        + " query_parameter_mutations[0].append.record.value: expected text",
            })
    void whatIsWrongIsReportedWithItsPath(String mutations, String problem) {
        var context = new FakeFactoryContext();

        extension.configure(
                YamlMessages.of(
                        HeaderMutation.getDefaultInstance(), "mutations: {" + mutations + "}"),
                context);

        assertThat(context.reported()).containsExactly("mutations." + problem);
    }
}
