package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.HttpMessage;

import org.junit.jupiter.api.Test;

/// The header mutation filter with values that are read from the request.
class HeaderMutationIT {
    @Test
    void headersAndQueryAreChangedOnTheWay() throws Exception {
        try (FilteredProxy proxy =
                new FilteredProxy(
                        "envoy.filters.http.header_mutation",
                        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
                        """
                        mutations: {
                          request_mutations: [
                            { append: { header: { key: x-from, value: "%REQ(x-user)%" } } },
                            { remove: x-user } ],
                          query_parameter_mutations: [
                            { append: { record: { key: who, value: "%REQ(x-from)%" } } } ],
                          response_mutations: [
                            { append: { header: { key: x-code, value: "%RESPONSE_CODE%" } } } ] }
                        """
                                .replace('\n', ' '),
                        "",
                        "typed_per_filter_config: { envoy.filters.http.header_mutation: {"
                            + " \"@type\":"
                            + " type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute,"
                            + " mutations: { response_mutations: [{ append: { header: { key:"
                            + " x-level, value: route } } }] } } }")) {
            HttpMessage answer = proxy.exchange("GET /a?b=1", "x-user: me");
            HttpMessage forwarded = proxy.upstream().takeRequest();

            assertThat(forwarded.target()).isEqualTo("/a?b=1&who=me");
            assertThat(forwarded.header("x-from")).isEqualTo("me");
            assertThat(forwarded.header("x-user")).isNull();
            assertThat(answer.header("x-level")).isEqualTo("route");
            assertThat(answer.status()).isEqualTo(200);
        }
    }
}
