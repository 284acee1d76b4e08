package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;

/// Who is let in by the RBAC filters, between sockets.
class RbacIT {
    private static final String WHY =
            "%CONNECTION_TERMINATION_DETAILS% %DOWNSTREAM_LOCAL_CLOSE_REASON%";

    private static final String TLS_INSPECTOR =
            """
            listener_filters:
            - name: envoy.filters.listener.tls_inspector
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector
            """;

    @TempDir Path folder;

    private ChainedProxy proxy(String more, String config, String... rest) throws Exception {
        String rbac = ChainedProxy.filter("rbac", "rbac.v3.RBAC", "stat_prefix: p, " + config);
        String[] filters = new String[rest.length + 2];
        filters[0] = rbac;
        filters[1] = ChainedProxy.ECHO;
        System.arraycopy(rest, 0, filters, 2, rest.length);
        return new ChainedProxy(folder, WHY, more, filters);
    }

    private static boolean echoes(RawClient client) throws Exception {
        client.send("hello");
        return new String(client.socket().getInputStream().readNBytes(5), US_ASCII).equals("hello");
    }

    private static RawClient from(String address, ChainedProxy proxy) throws Exception {
        var socket = new Socket();
        socket.bind(new java.net.InetSocketAddress(InetAddress.ofLiteral(address), 0));
        socket.connect(proxy.server().address("l"));
        return RawClient.over(socket);
    }

    @Test
    void whereAConnectionComesFromDecides() throws Exception {
        String rules =
                "rules: { policies: { two: { permissions: [{ any: true }], principals: [{"
                        + " direct_remote_ip: { address_prefix: 127.0.0.2, prefix_len: 32 } }] } }"
                        + " }";
        try (ChainedProxy proxy = proxy("", rules);
                RawClient two = from("127.0.0.2", proxy);
                RawClient three = from("127.0.0.3", proxy)) {
            assertThat(echoes(two)).isTrue();
            three.send("hello");

            assertThat(new String(three.readToEnd(), US_ASCII)).isEmpty();
            assertThat(proxy.logged(1))
                    .containsExactly("rbac_access_denied_matched_policy[none] rbac_deny_close");
            proxy.server().awaitStat("p.rbac.allowed", 1);
            proxy.server().awaitStat("p.rbac.denied", 1);
        }
    }

    @Test
    void decisionsMayBeAudited() throws Exception {
        String rules =
                "rules: { policies: { all: { permissions: [{ any: true }], principals: [{ any: true"
                    + " }] } }, audit_logging_options: { audit_condition: ON_ALLOW, logger_configs:"
                    + " [{ audit_logger: { name: envoy.rbac.audit_loggers.stream, typed_config: {"
                    + " '@type':"
                    + " type.googleapis.com/envoy.extensions.rbac.audit_loggers.stream.v3.StdoutAuditLog"
                    + " } } }] } }";
        try (ChainedProxy proxy = proxy("", rules);
                RawClient client = proxy.server().client("l")) {
            assertThat(echoes(client)).isTrue();
        }
    }

    @Test
    void whoACertificateNamesAndWhatItAsksForDecides() throws Exception {
        TestCertificates authority = TestCertificates.authority("Test CA");
        TestCertificates.Identity frontend =
                authority.request("frontend").uri("spiffe://a/frontend").issue();
        TestCertificates.Identity batch =
                authority.request("batch").uri("spiffe://a/batch").issue();
        String common =
                TlsBootstraps.certificate(authority.issue("proxy.example"))
                        + TlsBootstraps.trusting(authority);
        String socket =
                """
                transport_socket:
                  name: envoy.transport_sockets.tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                    require_client_certificate: true
                    common_tls_context:
                """
                        + common.indent(6);
        for (String who :
                new String[] {
                    "authenticated: { principal_name: { exact: 'spiffe://a/frontend' } }",
                    "custom: { name: envoy.rbac.principals.mtls_authenticated, typed_config: {"
                        + " '@type':"
                        + " type.googleapis.com/envoy.extensions.rbac.principals.mtls_authenticated.v3.Config,"
                        + " san_matcher: { san_type: URI, matcher: { suffix: /frontend } } } }"
                }) {
            onlyTheFrontendPasses(
                    "rules: { policies: { p: { permissions: [{ requested_server_name: { exact:"
                            + " db.example } }], principals: [{ "
                            + who
                            + " }] } } }",
                    socket,
                    frontend,
                    batch);
        }
    }

    private void onlyTheFrontendPasses(
            String rules,
            String socket,
            TestCertificates.Identity frontend,
            TestCertificates.Identity batch)
            throws Exception {
        try (ChainedProxy proxy = proxy(TLS_INSPECTOR, rules, socket)) {
            var address = proxy.server().address("l");
            TestTls good = TestTls.PLAIN.presenting(frontend).asking("db.example");
            TestTls otherName = TestTls.PLAIN.presenting(frontend).asking("web.example");
            TestTls otherPeer = TestTls.PLAIN.presenting(batch).asking("db.example");
            try (RawClient client = good.connect(address)) {
                assertThat(echoes(client)).isTrue();
            }
            for (TestTls denied : new TestTls[] {otherName, otherPeer}) {
                try (RawClient client = denied.connect(address)) {
                    client.send("hello");
                    assertThat(client.closedByPeer()).isTrue();
                }
            }
            proxy.server().awaitStat("p.rbac.allowed", 1);
            proxy.server().awaitStat("p.rbac.denied", 2);
        }
    }

    @Test
    void aMatcherOfRealInputsDecides() throws Exception {
        String matcher =
                """
                { matcher_tree: {
                    input: { name: ip, typed_config: { "@type": type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.SourceIPInput } },
                    exact_match_map: { map: { 127.0.0.2: { action: { name: action, typed_config: {
                      "@type": type.googleapis.com/envoy.config.rbac.v3.Action, name: two, action: DENY } } } } } },
                  on_no_match: { action: { name: action, typed_config: {
                      "@type": type.googleapis.com/envoy.config.rbac.v3.Action, name: others } } } }\
                """
                        .replace("\n", " ");
        try (ChainedProxy proxy = proxy("", "matcher: " + matcher);
                RawClient two = from("127.0.0.2", proxy);
                RawClient three = from("127.0.0.3", proxy)) {
            assertThat(echoes(three)).isTrue();
            two.send("hello");

            assertThat(two.closedByPeer()).isTrue();
            assertThat(proxy.logged(1))
                    .containsExactly("rbac_access_denied_matched_policy[two] rbac_deny_close");
        }
    }

    @Test
    void aMatcherSeesWhatFiltersBeforeHaveFoundOut() throws Exception {
        String matcher =
                """
                { matcher_tree: {
                    input: { name: state, typed_config: { "@type": type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.FilterStateInput, key: who } },
                    exact_match_map: { map: { 127.0.0.2: { action: { name: action, typed_config: {
                      "@type": type.googleapis.com/envoy.config.rbac.v3.Action, name: two } } } } } } }\
                """
                        .replace("\n", " ");
        try (ChainedProxy proxy =
                        new ChainedProxy(
                                folder,
                                WHY,
                                "",
                                ChainedProxy.filter(
                                        "set_filter_state",
                                        "set_filter_state.v3.Config",
                                        "on_new_connection: [{ object_key: who, factory_key:"
                                            + " envoy.string, format_string: { text_format_source:"
                                            + " { inline_string:"
                                            + " '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } } }]"),
                                ChainedProxy.filter(
                                        "rbac",
                                        "rbac.v3.RBAC",
                                        "stat_prefix: p, matcher: " + matcher),
                                ChainedProxy.ECHO);
                RawClient two = from("127.0.0.2", proxy);
                RawClient three = from("127.0.0.3", proxy)) {
            assertThat(echoes(two)).isTrue();
            three.send("hello");

            assertThat(three.closedByPeer()).isTrue();
        }
    }

    @Test
    void headersAreNotForConnections() {
        assertThatThrownBy(() ->
                        proxy(
                                "",
                                "rules: { policies: { p: { permissions: [{ header: { name:"
                                        + " x } }], principals: [{ any: true }] } } }"))
                .hasMessageContaining("permissions[0].header")
                .hasMessageContaining("not supported by the RBAC network filter");
    }

    @Test
    void conditionsInTheLanguageCelAreRefusedByName() {
        assertThatThrownBy(() ->
                        proxy(
                                "",
                                "rules: { policies: { p: { permissions: [{ any: true }],"
                                        + " principals: [{ any: true }], condition: {"
                                        + " const_expr: { bool_value: true } } } } }"))
                .hasMessageContaining("condition");
    }

    @Test
    void requestsAreDecidedOnByTheirHeadersAndTheirRoute() throws Exception {
        String onlyMe =
                "rules: { policies: { me: { permissions: [{ url_path: { path: { prefix: /a } } }],"
                        + " principals: [{ header: { name: x-user, string_match: { exact: me } } }]"
                        + " } } }";
        String type = "envoy.extensions.filters.http.rbac.v3.RBAC";
        String open =
                "typed_per_filter_config: { envoy.filters.http.rbac: { \"@type\":"
                        + " type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute"
                        + " } }";
        try (FilteredProxy closed =
                        new FilteredProxy("envoy.filters.http.rbac", type, onlyMe, "", "");
                FilteredProxy opened =
                        new FilteredProxy("envoy.filters.http.rbac", type, onlyMe, "", open)) {
            HttpMessage denied = closed.exchange("GET /a?b", "x-user: you");

            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.bodyText()).isEqualTo("RBAC: access denied");
            assertThat(closed.exchange("GET /a?b", "x-user: me").status()).isEqualTo(200);
            assertThat(closed.exchange("GET /b?/a", "x-user: me").status()).isEqualTo(403);
            assertThat(opened.exchange("GET /a").status()).isEqualTo(200);
            closed.server().awaitStat("http.t.rbac.denied", 2);
            closed.server().awaitStat("http.t.rbac.allowed", 1);
        }
    }
}
