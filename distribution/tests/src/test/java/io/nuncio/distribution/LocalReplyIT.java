package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Replies of the proxy's own, changed by `local_reply_config`.
class LocalReplyIT {
    private static final String GET = "GET %s HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String IF_STATUS =
            "filter: {status_code_filter: {comparison: {op: EQ, value: {default_value: %d,"
                    + " runtime_key: key}}}}";

    private NuncioServer proxy;

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void theFirstMapperThatMatchesChangesTheReply() throws Exception {
        start(
                """
                mappers:
                - %s
                  status_code: 401
                  body: {inline_string: not allowed}
                - filter: {header_filter: {header: {name: ":path", string_match: {prefix: /direct}}}}
                  status_code: 298
                """
                        .formatted(IF_STATUS.formatted(404)));

        assertThat(get("/nothing").bodyText()).isEqualTo("not allowed");
        assertThat(get("/nothing").status()).isEqualTo(401);
        assertThat(get("/direct").status()).isEqualTo(298);
        assertThat(get("/direct").bodyText()).as("kept").isEqualTo("here");
        assertThat(get("/down").status()).as("no mapper").isEqualTo(503);
        proxy.awaitStat("http.t.downstream_rq_4xx", 2);
    }

    @Test
    void aFormatMakesTheBody() throws Exception {
        start(
                """
                body_format:
                  json_format: {status: "%RESPONSE_CODE%", message: "%LOCAL_REPLY_BODY%", path: "%REQ(:path)%"}
                """);

        HttpMessage answer = get("/direct");
        assertThat(answer.bodyText())
                .isEqualTo("{\"message\":\"here\",\"path\":\"/direct\",\"status\":200}\n");
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("content-length"))
                .isEqualTo(String.valueOf(answer.bodyText().length()));
        assertThat(get("/nothing").bodyText()).contains("\"status\":404");
    }

    @Test
    void aMappersFormatComesFirst() throws Exception {
        start(
                """
                mappers:
                - %s
                  status_code: 401
                  body: {inline_string: gone}
                  body_format_override:
                    text_format_source: {inline_string: "<h1>%%LOCAL_REPLY_BODY%% %%REQ(:path)%% %%RESP(:status)%%</h1>"}
                    content_type: "text/html; charset=UTF-8"
                body_format:
                  text_format: "%%LOCAL_REPLY_BODY%% %%RESPONSE_CODE%%"
                """
                        .formatted(IF_STATUS.formatted(404)));

        HttpMessage mapped = get("/nothing");
        assertThat(mapped.bodyText()).isEqualTo("<h1>gone /nothing 401</h1>");
        assertThat(mapped.header("content-type")).isEqualTo("text/html; charset=UTF-8");
        assertThat(get("/direct").bodyText()).isEqualTo("here 200");
        assertThat(get("/direct").header("content-type")).isEqualTo("text/plain");
    }

    @Test
    void headersAreAddedOrOverwritten() throws Exception {
        start(
                """
                mappers:
                - %s
                  headers_to_add:
                  - {header: {key: foo, value: "%%RESPONSE_CODE_DETAILS%%"}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                  - {header: {key: content-type, value: text/x-own}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                  body: {inline_string: body}
                """
                        .formatted(IF_STATUS.formatted(200)));

        HttpMessage answer = get("/direct");
        assertThat(answer.header("foo")).isEqualTo("direct_response");
        assertThat(answer.header("content-type")).isEqualTo("text/x-own");
        assertThat(answer.header("x-of-route")).as("the route's own").isEqualTo("yes");
        assertThat(answer.bodyText()).isEqualTo("body");
    }

    @Test
    void whatTheCodecRefusesIsChangedToo() throws Exception {
        start(
                """
                mappers:
                - %s
                  status_code: 499
                  body: {inline_string: what was that}
                """
                        .formatted(IF_STATUS.formatted(400)));

        try (RawClient client = proxy.client("l")) {
            HttpMessage answer = client.exchange("GET / HTTP/1.1\r\nbad header: a\r\n\r\n");
            assertThat(answer.status()).isEqualTo(499);
            assertThat(answer.bodyText()).isEqualTo("what was that");
            assertThat(answer.header("connection")).isEqualTo("close");
        }
    }

    @Test
    void aGrpcRequestGetsTheStatusOfTheChangedReply() throws Exception {
        start(
                """
                mappers:
                - %s
                  status_code: 401
                body_format:
                  json_format: {m: "%%LOCAL_REPLY_BODY%%"}
                """
                        .formatted(IF_STATUS.formatted(503)));

        try (RawClient client = proxy.client("l")) {
            HttpMessage answer =
                    client.exchange(
                            "POST /down HTTP/1.1\r\n"
                                    + "host: a\r\n"
                                    + "content-type: application/grpc\r\n"
                                    + "content-length: 0\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("grpc-status")).as("unauthenticated").isEqualTo("16");
            assertThat(answer.header("grpc-message")).startsWith("{\"m\":\"").endsWith("\"}");
        }
    }

    private HttpMessage get(String path) {
        try (RawClient client = proxy.client("l")) {
            return client.exchange(GET.formatted(path));
        }
    }

    private void start(String localReplyConfig) throws Exception {
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        static_resources:
                          listeners:
                          - name: l
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.http_connection_manager
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                                  stat_prefix: t
                                  route_config:
                                    virtual_hosts:
                                    - name: all
                                      domains: ["*"]
                                      routes:
                                      - match: { path: /direct }
                                        direct_response: { status: 200, body: { inline_string: here } }
                                        response_headers_to_add:
                                        - { header: { key: x-of-route, value: "yes" } }
                                      - match: { path: /down }
                                        route: { cluster: none }
                                  http_filters:
                                  - name: envoy.filters.http.router
                                  local_reply_config:
                        """
                                + localReplyConfig.indent(12)
                                + """
                                  clusters:
                                  - name: none
                                """);
    }
}
