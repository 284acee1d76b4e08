package io.nuncio.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RbacCondition;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.CertificateNames;
import io.nuncio.spi.host.CertificateText.NameKind;
import io.nuncio.spi.host.Matchers.Data;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeTlsInfo;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.YamlMessages;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/// What policies decide on a connection from 203.0.113.7 (by a proxy at 10.0.0.1) to 192.0.2.1:443,
/// which asks for a.example.
class EngineTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnection connection = new FakeConnection(new FakeWorker());
    private @Nullable RequestHeaders headers;

    EngineTest() {
        connection
                .info()
                .from("203.0.113.7")
                .directlyFrom("10.0.0.1")
                .to("192.0.2.1", 443)
                .serverName("a.example");
    }

    private Verdict verdict(Data data, String yaml) {
        RBAC message = YamlMessages.of(RBAC.getDefaultInstance(), yaml);
        Engine engine = Engine.of(Engine.Place.enforced(context, data, ""), message, null);
        return engine.decide(
                new MatchContext() {
                    @Override
                    public StreamInfo info() {
                        return connection.streamInfo();
                    }

                    @Override
                    public @Nullable RequestHeaders requestHeaders() {
                        return headers;
                    }
                });
    }

    private static String policy(String permission, String principal) {
        return "policies: {p: {permissions: [%s], principals: [%s]}}"
                .formatted(permission, principal);
    }

    private boolean permits(Data data, String permission) {
        return verdict(data, policy(permission, "{any: true}")).allowed();
    }

    private boolean permits(String permission) {
        return permits(Data.NETWORK, permission);
    }

    private boolean is(Data data, String principal) {
        return verdict(data, policy("{any: true}", principal)).allowed();
    }

    private boolean is(String principal) {
        return is(Data.NETWORK, principal);
    }

    @ParameterizedTest
    @CsvSource({
        "ALLOW, true, true",
        "ALLOW, false, false",
        "DENY, true, false",
        "DENY, false, true",
        "LOG, true, true",
        "LOG, false, true"
    })
    void theActionSaysWhatAMatchMeans(String action, boolean matches, boolean allowed) {
        String port = matches ? "443" : "80";
        Verdict verdict =
                verdict(
                        Data.NETWORK,
                        "action: "
                                + action
                                + "\n"
                                + policy("{destination_port: " + port + "}", "{any: true}"));

        assertThat(verdict.allowed()).isEqualTo(allowed);
        assertThat(verdict.policy()).isEqualTo(matches ? "p" : "");
        Struct shared = connection.streamInfo().metadata("envoy.common");
        if (action.equals("LOG")) {
            assertThat(shared.getFieldsMap())
                    .containsEntry(
                            "access_log_hint", Value.newBuilder().setBoolValue(matches).build());
        } else {
            assertThat(shared).isNull();
        }
    }

    @Test
    void withoutPoliciesNobodyIsAllowed() {
        assertThat(verdict(Data.NETWORK, "{}").allowed()).isFalse();
        assertThat(verdict(Data.NETWORK, "action: DENY").allowed()).isTrue();
    }

    @Test
    void theFirstPolicyByNameThatMatchesCounts() {
        String any = "{permissions: [{any: true}], principals: [{any: true}]}";
        String none = "{permissions: [{not_rule: {any: true}}], principals: [{any: true}]}";

        assertThat(
                        verdict(
                                        Data.NETWORK,
                                        "policies: {c: %s, b: %s, a: %s}".formatted(any, any, none))
                                .policy())
                .isEqualTo("b");
    }

    @Test
    void aPolicyNeedsAPermissionAndAPrincipal() {
        String no = "not_rule: {any: true}";
        String nobody = "not_id: {any: true}";

        assertThat(permits("{%s}, {any: true}".formatted(no))).isTrue();
        assertThat(permits("{" + no + "}")).isFalse();
        assertThat(is("{%s}, {any: true}".formatted(nobody))).isTrue();
        assertThat(is("{" + nobody + "}")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "any: true | true",
                "destination_ip: {address_prefix: 192.0.2.0, prefix_len: 24} | true",
                "destination_ip: {address_prefix: 192.0.3.0, prefix_len: 24} | false",
                "destination_port: 443 | true",
                "destination_port: 80 | false",
                "destination_port_range: {start: 443, end: 444} | true",
                "destination_port_range: {start: 1, end: 443} | false",
                "requested_server_name: {suffix: .example} | true",
                "requested_server_name: {exact: b.example} | false",
                "not_rule: {destination_port: 80} | true",
                "and_rules: {rules: [{destination_port: 443}, {any: true}]} | true",
                "and_rules: {rules: [{destination_port: 443}, {destination_port: 80}]} | false",
                "or_rules: {rules: [{destination_port: 443}, {destination_port: 80}]} | true",
                "or_rules: {rules: [{destination_port: 442}, {destination_port: 80}]} | false"
            })
    void permissions(String permission, boolean allowed) {
        assertThat(permits("{" + permission + "}")).isEqualTo(allowed);
        assertThat(context.reported()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "any: true | true",
                "source_ip: {address_prefix: 203.0.113.7, prefix_len: 32} | true",
                "source_ip: {address_prefix: 10.0.0.0, prefix_len: 8} | false",
                "remote_ip: {address_prefix: 203.0.113.0, prefix_len: 24} | true",
                "remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8} | false",
                "direct_remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8} | true",
                "direct_remote_ip: {address_prefix: 203.0.113.0, prefix_len: 24} | false",
                "direct_remote_ip: {address_prefix: '::', prefix_len: 0} | false",
                "not_id: {remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}} | true",
                "and_ids: {ids: [{any: true}, {any: true}]} | true",
                "and_ids: {ids: [{any: true}, {not_id: {any: true}}]} | false",
                "or_ids: {ids: [{not_id: {any: true}}, {any: true}]} | true",
                "or_ids: {ids: [{not_id: {any: true}}]} | false"
            })
    void principals(String principal, boolean allowed) {
        assertThat(is("{" + principal + "}")).isEqualTo(allowed);
        assertThat(context.reported()).isEmpty();
    }

    @Test
    void forwardedAddressesCountAsRemoteButNotAsSource() {
        ((MutableStreamInfo) connection.streamInfo())
                .remoteAddress(FakeConnectionInfo.ip("198.51.100.1", 0));

        assertThat(is("{remote_ip: {address_prefix: 198.51.100.1, prefix_len: 32}}")).isTrue();
        assertThat(is("{source_ip: {address_prefix: 203.0.113.7, prefix_len: 32}}")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"spiffe://a/client", "client.example", "other.example", "CN=client"})
    void aPrincipalIsOneOfTheNamesOfACertificate(String name) {
        var identity =
                TestCertificates.authority("ca")
                        .request("client")
                        .uri("spiffe://a/client")
                        .dns("client.example")
                        .dns("other.example")
                        .issue();
        connection.info().tls(new FakeTlsInfo(identity.chain()));

        assertThat(is("{authenticated: {principal_name: {exact: '%s'}}}".formatted(name))).isTrue();
        assertThat(is("{authenticated: {principal_name: {exact: somebody}}}")).isFalse();
    }

    @Test
    void theNamesOfACertificateAreComputedOnce() {
        var identity =
                TestCertificates.authority("ca").request("client").dns("client.example").issue();
        CertificateNames names = CertificateNames.of(identity.chain());

        assertThat(names.alternatives(NameKind.DNS))
                .containsExactly("client.example")
                .isSameAs(names.alternatives(NameKind.DNS));
        assertThat(names.subject()).isEqualTo("CN=client").isSameAs(names.subject());
    }

    @Test
    void whoeverSpeaksTlsIsAuthenticatedIfNoNameIsAskedFor() {
        boolean plaintext = is("{authenticated: {}}");
        connection.info().tls(new FakeTlsInfo(List.of()));

        assertThat(plaintext).isFalse();
        assertThat(is("{authenticated: {}}")).isTrue();
        assertThat(is("{authenticated: {principal_name: {exact: CN=client}}}")).isFalse();
        assertThat(is("{authenticated: {principal_name: {exact: ''}}}")).isTrue();
    }

    @Test
    void metadataIsDynamicOrTheRoutes() {
        String matcher = "filter: own, path: [{key: k}], value: {string_match: {exact: v}}";
        Struct values =
                Struct.newBuilder()
                        .putFields("k", Value.newBuilder().setStringValue("v").build())
                        .build();
        String dynamic = "{sourced_metadata: {metadata_matcher: {%s}}}".formatted(matcher);
        String route =
                "{sourced_metadata: {metadata_matcher: {%s}, metadata_source: ROUTE}}"
                        .formatted(matcher);
        boolean before = permits(dynamic);
        connection.streamInfo().mergeMetadata("own", values);

        assertThat(before).isFalse();
        assertThat(permits(dynamic)).isTrue();
        assertThat(permits("{metadata: {%s}}".formatted(matcher))).isTrue();
        assertThat(permits("{metadata: {%s, invert: true}}".formatted(matcher))).isFalse();
        assertThat(is(dynamic)).isTrue();
        assertThat(is("{metadata: {%s}}".formatted(matcher))).isTrue();
        assertThat(permits(route)).isFalse();
        assertThat(
                        new Facts(context, Data.HTTP)
                                .metadata(
                                        YamlMessages.of(
                                                io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher
                                                        .getDefaultInstance(),
                                                "{" + matcher + "}"),
                                        io.envoyproxy.envoy.config.rbac.v3.MetadataSource.ROUTE,
                                        "")
                                .holds(() -> onRoute(values)))
                .isTrue();
    }

    /// A stream of a route that has this metadata.
    private static StreamInfo onRoute(Struct values) {
        Route route =
                new Route() {
                    @Override
                    public String name() {
                        return "";
                    }

                    @Override
                    public String virtualHost() {
                        return "all";
                    }

                    @Override
                    public @Nullable Object perFilter(String filterName) {
                        return null;
                    }

                    @Override
                    public Metadata metadata() {
                        return Metadata.newBuilder().putFilterMetadata("own", values).build();
                    }
                };
        try (HttpFilterHarness harness =
                HttpFilterHarness.of(
                        new io.nuncio.http.rbac.RbacExtension(),
                        io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC
                                .getDefaultInstance())) {
            var stream = harness.stream().route(route);
            stream.get("/");
            stream.upstream().respond(200);
            return stream.info();
        }
    }

    @Test
    void extensionsArePermissionsAndPrincipals() {
        RbacCondition secure = subject -> subject.connection().tls() != null;
        context.platform().extension("secure", secure);
        String principal = "{custom: {name: secure}}";
        String permission = "{matcher: {name: secure}}";
        boolean before = is(principal) || permits(permission);
        connection.info().tls(new FakeTlsInfo(List.of()));

        assertThat(before).isFalse();
        assertThat(is(principal)).isTrue();
        assertThat(permits(permission)).isTrue();
    }

    @Test
    void filterStateIsTextOrAnAddress() {
        StreamInfo info = connection.streamInfo();
        info.filterState("text", "abc");
        info.filterState("number", 5);
        info.filterState("address", FakeConnectionInfo.ip("10.1.2.3", 80));
        String ten = "address_match: {ranges: [{address_prefix: 10.0.0.0, prefix_len: 8}]}";

        assertThat(is("{filter_state: {key: text, string_match: {prefix: a}}}")).isTrue();
        assertThat(is("{filter_state: {key: number, string_match: {exact: '5'}}}")).isTrue();
        assertThat(is("{filter_state: {key: absent, string_match: {prefix: ''}}}")).isFalse();
        assertThat(is("{filter_state: {key: address, %s}}".formatted(ten))).isTrue();
        assertThat(is("{filter_state: {key: text, %s}}".formatted(ten))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "header: {name: x-user, string_match: {exact: me}} | true",
                "header: {name: ':method', string_match: {exact: POST}} | false",
                "url_path: {path: {exact: /a}} | true",
                "url_path: {path: {suffix: c}} | false"
            })
    void requestsHaveHeadersAndAPath(String condition, boolean allowed) {
        headers = RequestHeaders.of("GET", "http", "a", "/a?b=c");
        headers.set(io.nuncio.spi.HeaderName.of("x-user"), "me");

        assertThat(permits(Data.HTTP, "{" + condition + "}")).isEqualTo(allowed);
        assertThat(is(Data.HTTP, "{" + condition + "}")).isEqualTo(allowed);
    }

    @Test
    void connectionsHaveNeither() {
        permits("{and_rules: {rules: [{header: {name: x}}]}}");
        is("{url_path: {path: {exact: /a}}}");

        assertThat(context.reported())
                .containsExactly(
                        "rules.policies[\"p\"].permissions[0].and_rules.rules[0].header: is not"
                                + " supported by the RBAC network filter: connections have none",
                        "rules.policies[\"p\"].principals[0].url_path: is not supported by the RBAC"
                                + " network filter: connections have none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start: -1, end: 5 | start: range start -1 is out of bounds",
                "start: 1, end: 65537 | end: range end 65537 is out of bounds",
                "start: 5, end: 5 | start: range start 5 cannot be greater or equal than range"
                        + " end 5"
            })
    void aRangeOfPortsMustBeOne(String range, String problem) {
        permits("{destination_port_range: {%s}}".formatted(range));

        assertThat(context.reported())
                .containsExactly(
                        "rules.policies[\"p\"].permissions[0].destination_port_range." + problem);
    }

    @Test
    void detailsHaveNoWhiteSpace() {
        assertThat(Verdict.of(false, "a b\tc", Verdict.Fields.enforced("")).details())
                .isEqualTo("rbac_access_denied_matched_policy[a_b_c]");
        assertThat(Verdict.of(false, "", Verdict.Fields.enforced("")).details())
                .isEqualTo("rbac_access_denied_matched_policy[none]");
    }
}
