package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.SchemeHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Address;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeTlsInfo;
import io.nuncio.testkit.FakeWorker;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class RequestHeaderRulesTest {
    private final HttpConnectionManager.Builder config = HttpConnectionManager.newBuilder();
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnectionInfo connection = new FakeConnectionInfo();
    private final MutableStreamInfo info = new StreamFacts(new FakeWorker(), connection);
    private final RequestHeaders headers = new RequestHeaders();
    private List<HeaderName> internalOnly = List.of();

    RequestHeaderRulesTest() {
        headers.method("GET");
        headers.authority("example.com");
        headers.path("/");
    }

    private boolean apply() {
        RequestHeaderRules rules = RequestHeaderRules.from(config.build(), context);
        assertThat(context.reported()).isEmpty();
        return rules.apply(headers, Peer.of(connection, rules), internalOnly, info);
    }

    private RequestHeaderRulesTest with(String name, String value) {
        headers.add(HeaderName.of(name), value);
        return this;
    }

    private @Nullable String header(String name) {
        return headers.get(HeaderName.of(name));
    }

    private String client() {
        return ((Address.Ip) info.remoteAddress()).host();
    }

    private void atTheEdge() {
        config.setUseRemoteAddress(BoolValue.of(true));
    }

    private void internal(String prefix, int length) {
        config.setInternalAddressConfig(
                InternalAddressConfig.newBuilder()
                        .addCidrRanges(
                                CidrRange.newBuilder()
                                        .setAddressPrefix(prefix)
                                        .setPrefixLen(UInt32Value.of(length))));
    }

    @Nested
    class HopByHop {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "transfer-encoding",
                    "upgrade",
                    "x-envoy-internal"
                })
        void headersOfTheConnectionAreRemoved(String name) {
            with(name, "anything").apply();
            assertThat(header(name)).isNull();
        }

        @Test
        void anUpgradeKeepsItsHeaders() {
            with("connection", "Upgrade").with("upgrade", "websocket").apply();
            assertThat(header("connection")).isEqualTo("Upgrade");
            assertThat(header("upgrade")).isEqualTo("websocket");
        }

        @Test
        void ofTeOnlyTrailersAreKept() {
            with("te", "gzip, trailers").apply();
            assertThat(headers.getAll(HeaderName.TE)).containsExactly("trailers");
        }

        @Test
        void teWithoutTrailersIsRemoved() {
            with("te", "gzip").apply();
            assertThat(header("te")).isNull();
        }
    }

    @Nested
    class RefererHeader {
        @ParameterizedTest
        @ValueSource(strings = {"http://example.com", "https://example.com/a?b", "ftp://x"})
        void anAbsoluteUrlIsPassedOn(String url) {
            with("referer", url).apply();
            assertThat(header("referer")).isEqualTo(url);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "/a", "example.com", "about:blank", "http:///a", "http://a b"})
        void anythingElseIsRemoved(String text) {
            with("referer", text).apply();
            assertThat(header("referer")).isNull();
        }

        @Test
        void severalAreRemoved() {
            with("referer", "http://a").with("referer", "http://b").apply();
            assertThat(header("referer")).isNull();
        }
    }

    @Nested
    class WithoutUseRemoteAddress {
        @Test
        void xForwardedForIsPassedOnUnchanged() {
            with("x-forwarded-for", "198.51.100.9").apply();
            assertThat(header("x-forwarded-for")).isEqualTo("198.51.100.9");
        }

        @Test
        void theLastAddressIsTheClient() {
            with("x-forwarded-for", "198.51.100.8, 198.51.100.9 ").apply();
            assertThat(client()).isEqualTo("198.51.100.9");
        }

        @Test
        void severalHeadersCountAsOneList() {
            with("x-forwarded-for", "198.51.100.8").with("x-forwarded-for", "198.51.100.9").apply();
            assertThat(client()).isEqualTo("198.51.100.9");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "unknown", "1.2.3", "2130706433", "[::1]", "1.2.3.4:80", "a, b"})
        void withoutAnAddressThereTheConnectionNamesTheClient(String list) {
            with("x-forwarded-for", list).apply();
            assertThat(client()).isEqualTo("203.0.113.7");
        }

        @ParameterizedTest
        @CsvSource({"0, 4.4.4.4", "1, 3.3.3.3", "2, 2.2.2.2", "3, 203.0.113.7"})
        void trustedHopsSkipAddressesFromTheEnd(int hops, String client) {
            config.setXffNumTrustedHops(hops);
            with("x-forwarded-for", "2.2.2.2,3.3.3.3, 4.4.4.4").apply();
            assertThat(client()).isEqualTo(client);
        }

        @Test
        void noRequestComesFromTheEdge() {
            assertThat(apply()).isFalse();
            assertThat(header("x-envoy-external-address")).isNull();
        }

        @Test
        void aSingleInternalAddressMakesTheRequestInternal() {
            internal("10.0.0.0", 8);
            with("x-forwarded-for", "10.1.2.3").apply();
            assertThat(header("x-envoy-internal")).isEqualTo("true");
        }

        @Test
        void severalAddressesDoNot() {
            internal("10.0.0.0", 8);
            with("x-forwarded-for", "10.1.2.3,10.1.2.4").apply();
            assertThat(header("x-envoy-internal")).isNull();
        }

        @Test
        void anInternalPeerWithoutForwardedAddressDoesNot() {
            internal("203.0.113.0", 24);
            apply();
            assertThat(header("x-envoy-internal")).isNull();
        }
    }

    @Nested
    class WithUseRemoteAddress {
        WithUseRemoteAddress() {
            atTheEdge();
        }

        @Test
        void thePeerIsAppendedToXForwardedFor() {
            with("x-forwarded-for", "198.51.100.9").apply();
            assertThat(header("x-forwarded-for")).isEqualTo("198.51.100.9,203.0.113.7");
        }

        @Test
        void thePeerIsTheClient() {
            with("x-forwarded-for", "198.51.100.9").apply();
            assertThat(client()).isEqualTo("203.0.113.7");
        }

        @Test
        void aPeerOnThisMachineIsAppendedAsThisMachine() {
            context.platform().localAddress("192.0.2.99");
            connection.from("127.0.0.1");
            apply();
            assertThat(header("x-forwarded-for")).isEqualTo("192.0.2.99");
        }

        @Test
        void skipXffAppendLeavesTheListAlone() {
            config.setSkipXffAppend(true);
            with("x-forwarded-for", "198.51.100.9").apply();
            assertThat(header("x-forwarded-for")).isEqualTo("198.51.100.9");
        }

        @ParameterizedTest
        @CsvSource({"0, 203.0.113.7", "1, 3.3.3.3", "2, 2.2.2.2", "3, 203.0.113.7"})
        void trustedHopsInFrontNameTheClient(int hops, String client) {
            config.setXffNumTrustedHops(hops);
            with("x-forwarded-for", "2.2.2.2,3.3.3.3").apply();
            assertThat(client()).isEqualTo(client);
        }

        @Test
        void theClientIsToldToTheUpstreamAsExternalAddress() {
            config.setXffNumTrustedHops(1);
            assertThat(with("x-forwarded-for", "2.2.2.2").apply()).isTrue();
            assertThat(header("x-envoy-external-address")).isEqualTo("2.2.2.2");
        }

        @Test
        void whatTheClientSaysOfItsSchemeIsOverwritten() {
            with("x-forwarded-proto", "https").apply();
            assertThat(header("x-forwarded-proto")).isEqualTo("http");
        }

        @Test
        void aTrustedHopMaySayTheScheme() {
            config.setXffNumTrustedHops(1);
            with("x-forwarded-proto", "https").apply();
            assertThat(header("x-forwarded-proto")).isEqualTo("https");
            assertThat(header(":scheme")).isEqualTo("https");
        }

        @Test
        void byDefaultNoAddressIsInternal() {
            connection.from("10.0.0.1");
            assertThat(apply()).isTrue();
            assertThat(header("x-envoy-internal")).isNull();
        }

        @ParameterizedTest
        @CsvSource({
            "10.0.0.0, 8, 10.255.0.1, true",
            "10.0.0.0, 8, 11.0.0.1, false",
            "192.168.16.0, 20, 192.168.31.1, true",
            "192.168.16.0, 20, 192.168.32.1, false",
            "fd00::, 8, fd12::1, true",
            "fd00::, 8, 10.0.0.1, false",
            "127.0.0.1, 32, 127.0.0.1, true",
            "127.0.0.1, 32, 127.0.0.2, false"
        })
        void internalAddressConfigNamesWhatIsInternal(
                String prefix, int length, String peer, boolean internal) {
            internal(prefix, length);
            connection.from(peer);
            assertThat(apply()).isEqualTo(!internal);
            assertThat(header("x-envoy-internal")).isEqualTo(internal ? "true" : null);
        }

        @Test
        void unixSocketsAreInternalIfSaidSo() {
            config.setInternalAddressConfig(
                    InternalAddressConfig.newBuilder().setUnixSockets(true));
            connection.remoteAddress(new Address.Pipe("/run/x", 0));
            assertThat(apply()).isFalse();
            assertThat(header("x-envoy-internal")).isEqualTo("true");
            assertThat(header("x-forwarded-for")).isNull();
        }

        @Test
        void aForwardedRequestIsNeverInternal() {
            internal("10.0.0.0", 8);
            connection.from("10.0.0.1");
            assertThat(with("x-forwarded-for", "10.0.0.2").apply()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "x-envoy-decorator-operation",
                    "x-envoy-downstream-service-cluster",
                    "x-envoy-downstream-service-node",
                    "x-envoy-original-path"
                })
        void fromTheEdgeMoreIsRemoved(String name) {
            with(name, "1").apply();
            assertThat(header(name)).isNull();
        }

        @Test
        void anInternalRequestKeepsWhatItAsks() {
            internal("10.0.0.0", 8);
            connection.from("10.0.0.1");
            with("x-envoy-max-retries", "3").with("x-envoy-original-path", "/a").apply();
            assertThat(header("x-envoy-max-retries")).isEqualTo("3");
            assertThat(header("x-envoy-original-path")).isEqualTo("/a");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-envoy-retriable-status-codes",
                "x-envoy-retriable-header-names",
                "x-envoy-retry-on",
                "x-envoy-retry-grpc-on",
                "x-envoy-max-retries",
                "x-envoy-upstream-alt-stat-name",
                "x-envoy-upstream-rq-timeout-ms",
                "x-envoy-upstream-rq-per-try-timeout-ms",
                "x-envoy-upstream-rq-timeout-alt-response",
                "x-envoy-expected-rq-timeout-ms",
                "x-envoy-force-trace",
                "x-envoy-ip-tags",
                "x-envoy-original-url",
                "x-envoy-hedge-on-per-try-timeout"
            })
    void onlyInternalRequestsMayAskForThis(String name) {
        with(name, "1").apply();
        assertThat(header(name)).isNull();
    }

    @Test
    void norMayOthersSendWhatTheRouteTableNames() {
        internalOnly = List.of(HeaderName.of("x-secret"));
        with("x-secret", "1").with("x-other", "2").apply();
        assertThat(header("x-secret")).isNull();
        assertThat(header("x-other")).isEqualTo("2");
    }

    @Test
    void anInternalRequestKeepsThemToo() {
        internalOnly = List.of(HeaderName.of("x-secret"));
        internal("10.0.0.0", 8);
        with("x-forwarded-for", "10.1.2.3").with("x-secret", "1").apply();
        assertThat(header("x-secret")).isEqualTo("1");
    }

    @Test
    void aBadAddressPrefixIsReportedWithItsPlace() {
        internal("10.0.0", 8);
        RequestHeaderRules.from(config.build(), context);
        assertThat(context.reported())
                .containsExactly(
                        "internal_address_config.cidr_ranges[0].address_prefix: was `10.0.0`,"
                                + " expected an IP address");
    }

    @Test
    void aPrefixLongerThanTheAddressMeansTheWholeAddress() {
        internal("10.1.2.3", 33);
        with("x-forwarded-for", "10.1.2.3").apply();
        assertThat(header("x-envoy-internal")).isEqualTo("true");
    }

    @Nested
    class Scheme {
        @Test
        void itIsTheConnectionsIfNothingSaysOtherwise() {
            apply();
            assertThat(header(":scheme")).isEqualTo("http");
            assertThat(header("x-forwarded-proto")).isEqualTo("http");
        }

        @Test
        void aTlsConnectionMakesItHttps() {
            connection.tls(new FakeTlsInfo(List.of()));
            apply();
            assertThat(header(":scheme")).isEqualTo("https");
            assertThat(header("x-forwarded-proto")).isEqualTo("https");
        }

        @Test
        void anInvalidForwardedProtoIsNoScheme() {
            with("x-forwarded-proto", "gopher").apply();
            assertThat(header(":scheme")).isEqualTo("http");
            assertThat(header("x-forwarded-proto")).isEqualTo("gopher");
        }

        @Test
        void theOneOfTheRequestStays() {
            headers.scheme("https");
            apply();
            assertThat(header(":scheme")).isEqualTo("https");
        }

        @Test
        void schemeToOverwriteSetsBoth() {
            config.setSchemeHeaderTransformation(
                    SchemeHeaderTransformation.newBuilder().setSchemeToOverwrite("https"));
            apply();
            assertThat(header(":scheme")).isEqualTo("https");
            assertThat(header("x-forwarded-proto")).isEqualTo("https");
        }

        @Test
        void matchUpstreamIsForTheRouter() {
            assertThat(info.schemeMatchesUpstream()).isFalse();
            config.setSchemeHeaderTransformation(
                    SchemeHeaderTransformation.newBuilder().setMatchUpstream(true));
            apply();
            assertThat(info.schemeMatchesUpstream()).isTrue();
            assertThat(header(":scheme")).isEqualTo("http");
        }

        @Test
        void schemeToOverwriteComesBeforeMatchUpstream() {
            config.setSchemeHeaderTransformation(
                    SchemeHeaderTransformation.newBuilder()
                            .setSchemeToOverwrite("https")
                            .setMatchUpstream(true));
            apply();
            assertThat(info.schemeMatchesUpstream()).isFalse();
        }
    }

    @Nested
    class ForwardedPort {
        ForwardedPort() {
            config.setAppendXForwardedPort(true);
        }

        @Test
        void itIsThePortThatThePeerConnectedTo() {
            apply();
            assertThat(header("x-forwarded-port")).isEqualTo("10000");
        }

        @Test
        void withoutUseRemoteAddressAGivenOneStays() {
            with("x-forwarded-port", "80").apply();
            assertThat(header("x-forwarded-port")).isEqualTo("80");
        }

        @Test
        void atTheEdgeAGivenOneIsOverwritten() {
            atTheEdge();
            with("x-forwarded-port", "80").apply();
            assertThat(header("x-forwarded-port")).isEqualTo("10000");
        }

        @Test
        void aTrustedHopMaySayIt() {
            atTheEdge();
            config.setXffNumTrustedHops(1);
            with("x-forwarded-port", "80").apply();
            assertThat(header("x-forwarded-port")).isEqualTo("80");
        }

        @Test
        void itIsNotSetUnlessAskedFor() {
            config.setAppendXForwardedPort(false);
            apply();
            assertThat(header("x-forwarded-port")).isNull();
        }
    }

    @Nested
    class Identity {
        @Test
        void viaIsAppended() {
            config.setVia("1.1 us");
            with("via", "1.0 them").apply();
            assertThat(header("via")).isEqualTo("1.0 them, 1.1 us");
        }

        @Test
        void addUserAgentNamesTheProxyWhereTheClientNamesNothing() {
            config.setAddUserAgent(BoolValue.of(true));
            context.node("node-1", "edge");
            apply();
            assertThat(header("user-agent")).isEqualTo("edge");
            assertThat(header("x-envoy-downstream-service-cluster")).isEqualTo("edge");
            assertThat(header("x-envoy-downstream-service-node")).isEqualTo("node-1");
        }

        @Test
        void addUserAgentKeepsTheClients() {
            config.setAddUserAgent(BoolValue.of(true));
            context.node("", "edge");
            with("user-agent", "curl").apply();
            assertThat(header("user-agent")).isEqualTo("curl");
            assertThat(header("x-envoy-downstream-service-cluster")).isEqualTo("edge");
            assertThat(header("x-envoy-downstream-service-node")).isNull();
        }

        @Test
        void withoutAddUserAgentNothingIsAdded() {
            context.node("node-1", "edge");
            apply();
            assertThat(header("user-agent")).isNull();
            assertThat(header("x-envoy-downstream-service-cluster")).isNull();
        }
    }

    @Nested
    class ClientCertificate {
        private String forwarded(ForwardClientCertDetails how, boolean tls, boolean certificate) {
            config.setForwardClientCertDetails(how);
            if (tls) {
                connection.tls(FakeTlsInfo.withPeerCertificate(certificate));
            }
            with("x-forwarded-client-cert", "By=x").apply();
            return headers.get(HeaderName.X_FORWARDED_CLIENT_CERT, "none");
        }

        @Test
        void itIsRemovedByDefault() {
            assertThat(forwarded(ForwardClientCertDetails.SANITIZE, true, true)).isEqualTo("none");
        }

        @Test
        void forwardOnlyPassesItOnFromAPeerWithACertificate() {
            assertThat(forwarded(ForwardClientCertDetails.FORWARD_ONLY, true, true))
                    .isEqualTo("By=x");
        }

        @Test
        void forwardOnlyRemovesItFromAPeerWithoutOne() {
            assertThat(forwarded(ForwardClientCertDetails.FORWARD_ONLY, true, false))
                    .isEqualTo("none");
        }

        @Test
        void alwaysForwardOnlyPassesItOnFromAnybody() {
            assertThat(forwarded(ForwardClientCertDetails.ALWAYS_FORWARD_ONLY, false, false))
                    .isEqualTo("By=x");
        }
    }

    @Nested
    class RequestId {
        private final FakeWorker worker = new FakeWorker();
        private final UuidRequestId ids = new UuidRequestId(true, true);

        @Test
        void aRequestWithoutOneGetsARandomUuid() {
            ids.set(headers, worker, false, false);
            assertThat(header("x-request-id"))
                    .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        }

        @Test
        void eachIsAnother() {
            ids.set(headers, worker, false, false);
            String first = header("x-request-id");
            headers.remove(HeaderName.X_REQUEST_ID);
            ids.set(headers, worker, false, false);
            assertThat(header("x-request-id")).isNotEqualTo(first);
        }

        @Test
        void oneFromInsideIsKept() {
            with("x-request-id", "abc");
            ids.set(headers, worker, false, false);
            assertThat(headers.getAll(HeaderName.X_REQUEST_ID)).containsExactly("abc");
        }

        @Test
        void oneFromTheEdgeIsReplaced() {
            with("x-request-id", "abc");
            ids.set(headers, worker, true, false);
            assertThat(headers.getAll(HeaderName.X_REQUEST_ID))
                    .singleElement()
                    .asString()
                    .hasSize(36);
        }

        @Test
        void preserveExternalRequestIdKeepsItAllTheSame() {
            with("x-request-id", "abc");
            ids.set(headers, worker, true, true);
            assertThat(header("x-request-id")).isEqualTo("abc");
        }

        @Test
        void theConfigurationSaysWhetherIdsAreMadeAndKept() {
            RequestHeaderRules byDefault = RequestHeaderRules.from(config.build(), context);
            assertThat(byDefault.generateRequestId()).isTrue();
            assertThat(byDefault.preserveExternalRequestId()).isFalse();
            config.setGenerateRequestId(BoolValue.of(false)).setPreserveExternalRequestId(true);
            RequestHeaderRules changed = RequestHeaderRules.from(config.build(), context);
            assertThat(changed.generateRequestId()).isFalse();
            assertThat(changed.preserveExternalRequestId()).isTrue();
        }
    }
}
