package io.nuncio.filterstate;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.set_filter_state.v3.Config;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.HashableText;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.SharedState;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class SetFilterStateFilterTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnection connection = new FakeConnection(new FakeWorker());

    private void serve(String... values) {
        String yaml = "on_new_connection:\n- " + String.join("\n- ", values);
        Config message = YamlMessages.of(Config.getDefaultInstance(), yaml);
        connection.serve(new SetFilterStateExtension().configure(message, context));
    }

    private static String value(String key, String text, String more) {
        return "{object_key: %s, format_string: {text_format_source: {inline_string: '%s'}}%s}"
                .formatted(key, text, more);
    }

    private Object state(String key) {
        return connection.streamInfo().filterState(key);
    }

    @Test
    void aTextIsSetUnderItsKey() {
        serve(value("envoy.tcp_proxy.cluster", "blue", ""));

        assertThat(state("envoy.tcp_proxy.cluster")).isEqualTo("blue");
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
    }

    @Test
    void aKeyOfOnesOwnBorrowsAKindOfObject() {
        serve(value("my.key", "x", ", factory_key: envoy.string"));

        assertThat(state("my.key")).isEqualTo("x");
    }

    @Test
    void anUnknownKeyIsRefused() {
        serve(value("my.key", "x", ""), value("my.key", "x", ", factory_key: my.kind"));

        assertThat(context.reported())
                .containsExactly(
                        "on_new_connection[0].object_key: 'my.key' does not have an object factory",
                        "on_new_connection[1].factory_key: 'my.kind' does not have an object"
                                + " factory");
    }

    @Test
    void theLastValueOfAKeyStays() {
        serve(
                value("envoy.tcp_proxy.cluster", "one", ""),
                value("envoy.tcp_proxy.cluster", "two", ""));

        assertThat(state("envoy.tcp_proxy.cluster")).isEqualTo("two");
    }

    @Test
    void whatIsReadOnlyStays() {
        serve(
                value("envoy.tcp_proxy.cluster", "one", ", read_only: true"),
                value("envoy.tcp_proxy.cluster", "two", ""));

        assertThat(state("envoy.tcp_proxy.cluster")).isEqualTo("one");
    }

    @Test
    void whatIsSharedGoesToUpstreamConnections() {
        serve(
                value("envoy.tcp_proxy.cluster", "one", ", shared_with_upstream: NONE"),
                value("a", "1", ", factory_key: envoy.string, shared_with_upstream: ONCE"),
                value(
                        "b",
                        "2",
                        ", factory_key: envoy.string, read_only: true, shared_with_upstream:"
                                + " TRANSITIVE"));

        assertThat(connection.streamInfo().sharedState())
                .containsExactly(
                        new SharedState("a", "1", false, SharedState.Sharing.NONE),
                        new SharedState("b", "2", true, SharedState.Sharing.TRANSITIVE));
    }

    @Test
    void aValueThatIsSharedNoMoreStays() {
        String shared = ", factory_key: envoy.string, shared_with_upstream: ONCE";
        serve(value("a", "1", shared), value("a", "2", ", factory_key: envoy.string"));

        assertThat(connection.streamInfo().sharedState()).isEmpty();
    }

    @Test
    void hashableTextsAndAddressesKeepUpstreamConnectionsApart() {
        String shared = ", factory_key: %s, shared_with_upstream: ONCE";
        serve(
                value("text", "x", shared.formatted("envoy.string")),
                value("hashable", "x", shared.formatted("envoy.hashable_string")),
                value(
                        "envoy.network.transport_socket.original_dst_address",
                        "10.0.0.1:80",
                        ", shared_with_upstream: ONCE"));

        assertThat(connection.streamInfo().sharedState())
                .filteredOn(SharedState::keepsConnectionsApart)
                .extracting(SharedState::key)
                .containsExactly("hashable", "envoy.network.transport_socket.original_dst_address");
        assertThat(state("hashable")).isEqualTo(new HashableText("x"));
        assertThat(FilterStateObject.textOf(state("hashable"))).isEqualTo("x");
    }

    @Test
    void anEmptyValueMayBeSkipped() {
        serve(
                value("envoy.tcp_proxy.cluster", "one", ""),
                value("envoy.tcp_proxy.cluster", "", ", skip_if_empty: true"),
                value("envoy.network.upstream_server_name", "", ""));

        assertThat(state("envoy.tcp_proxy.cluster")).isEqualTo("one");
        assertThat(state("envoy.network.upstream_server_name")).isEqualTo("");
    }

    @Test
    void listsAreSeparatedByCommas() {
        serve(
                value("envoy.network.application_protocols", "h2,http/1.1", ""),
                value("envoy.network.upstream_subject_alt_names", "a.example", ""));

        assertThat(state("envoy.network.application_protocols"))
                .isEqualTo(List.of("h2", "http/1.1"));
        assertThat(state("envoy.network.upstream_subject_alt_names"))
                .isEqualTo(List.of("a.example"));
    }

    @ParameterizedTest
    @CsvSource({
        "envoy.tcp_proxy.per_connection_idle_timeout_ms, 1500, 1500",
        "envoy.ratelimit.hits_addend, 7, 7",
        "envoy.ratelimit.hits_addend, many,",
        "envoy.ratelimit.hits_addend, -1,",
        "envoy.upstream.dynamic_port, 443, 443"
    })
    void numbersAreNumbers(String key, String text, Long number) {
        serve(value(key, text, ""));

        assertThat(state(key)).isEqualTo(number);
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.1, 10.0.0.1", "2001:db8::1, 2001:db8::1", "10.0.0.1:80,", "a.example,"})
    void anIpAddressIsDigitsAlone(String text, String host) {
        serve(value("envoy.network.ip", text, ""));

        assertThat(state("envoy.network.ip"))
                .isEqualTo(host == null ? null : FakeConnectionInfo.ip(host, 0));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "No, false", "1, true", "maybe,"})
    void aSwitchIsTrueOrFalse(String text, Boolean value) {
        serve(value("envoy.tcp_proxy.disable_tunneling", text, ""));

        assertThat(state("envoy.tcp_proxy.disable_tunneling")).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:80, 10.0.0.1, 80",
        "[2001:db8::1]:443, 2001:db8::1, 443",
        "10.0.0.1, , 0",
        "a.example:80, , 0",
        "2001:db8::1:443, , 0",
        "10.0.0.1:65536, , 0"
    })
    void anAddressIsDigitsAndAPort(String text, String host, int port) {
        String key = "envoy.network.transport_socket.original_dst_address";
        serve(value(key, text, ""));

        assertThat(state(key)).isEqualTo(host == null ? null : FakeConnectionInfo.ip(host, port));
    }
}
