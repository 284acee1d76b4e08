package io.nuncio.network.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Message;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.rbac.v3.RBAC.Action;
import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.ServerNameInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput;
import io.nuncio.rbac.TestMatcher;
import io.nuncio.spi.Connection;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;

class NetworkRbacFilterTest {
    private static final String ONLY_TEN =
            """
            rules:
              policies:
                ten: {permissions: [{any: true}], principals: [{remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}]}
            """;

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();

    private NetworkFilterTemplate template(String yaml) {
        return template(message(yaml));
    }

    private NetworkFilterTemplate template(RBAC message) {
        return new NetworkRbacExtension().configure(message, context);
    }

    private static RBAC message(String yaml) {
        return YamlMessages.of(RBAC.getDefaultInstance(), "stat_prefix: p\n" + yaml);
    }

    /// A matcher of server names.
    private Matcher matcher() {
        return matcher(ServerNameInput.getDefaultInstance());
    }

    private Matcher matcher(Message input) {
        MatchInput serverName = match -> match.connection().requestedServerName();
        return new TestMatcher(context, input, serverName)
                .on("good", Action.ALLOW)
                .on("bad", Action.DENY)
                .on("noted", Action.LOG)
                .make();
    }

    private FakeConnection from(String address) {
        var connection = new FakeConnection(worker);
        connection.info().from(address);
        return connection;
    }

    private FakeConnection asking(String serverName) {
        var connection = new FakeConnection(worker);
        connection.info().serverName(serverName);
        return connection;
    }

    private long stat(String name) {
        return context.counter("p.rbac." + name);
    }

    private static Map<String, Value> metadata(FakeConnection connection, String namespace) {
        return connection.streamInfo().metadata(namespace).getFieldsMap();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    @Test
    void whoIsAllowedPassesAndIsCountedOnce() {
        FakeConnection connection = from("10.1.1.1");
        connection.serve(template(ONLY_TEN));
        connection.receive("one").receive("two");

        assertThat(connection.open()).isTrue();
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
        assertThat(stat("allowed")).isEqualTo(1);
        assertThat(stat("denied")).isZero();
        assertThat(context.reported()).isEmpty();
    }

    @Test
    void whoIsNotAllowedIsClosedAndCounted() {
        FakeConnection connection = from("192.0.2.7");
        connection.serve(template(ONLY_TEN));
        boolean before = connection.open();
        connection.receive("hello");

        assertThat(before).isTrue();
        assertThat(connection.closedHow()).isEqualTo(Connection.Close.NO_FLUSH);
        assertThat(connection.info().localCloseReason()).isEqualTo("rbac_deny_close");
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.STOP);
        assertThat(connection.streamInfo().connectionTerminationDetails())
                .isEqualTo("rbac_access_denied_matched_policy[none]");
        assertThat(stat("denied")).isEqualTo(1);
    }

    @Test
    void whoIsDeniedMayBeClosedAfterADelay() {
        FakeConnection connection = from("192.0.2.7");
        connection.serve(template(ONLY_TEN + "delay_deny: 2s"));
        connection.receive("one").receive("two");
        worker.advance(Duration.ofMillis(1_999));
        boolean before = connection.open();
        NetworkOutcome meanwhile = connection.outcome();
        worker.advance(Duration.ofMillis(1));

        assertThat(before).isTrue();
        assertThat(meanwhile).isEqualTo(NetworkOutcome.STOP);
        assertThat(connection.info().localCloseReason()).isEqualTo("rbac_deny_close");
        assertThat(stat("denied")).isEqualTo(1);
    }

    @Test
    void whoLeavesDuringTheDelayIsForgotten() {
        FakeConnection connection = from("192.0.2.7");
        connection.serve(template(ONLY_TEN + "delay_deny: 2s"));
        connection.receive("one");
        connection.peerCloses();

        assertThat(worker.armedTimers()).isZero();
    }

    @Test
    void withoutRulesEverybodyPassesUncounted() {
        FakeConnection connection = from("192.0.2.7");
        connection.serve(template(""));
        connection.receive("hello");

        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
        assertThat(stat("allowed")).isZero();
    }

    @Test
    void itMayBeDecidedWheneverBytesCome() {
        String later =
                """
                rules:
                  action: DENY
                  policies:
                    late: {permissions: [{any: true}], principals: [{filter_state: {key: done, string_match: {exact: 'true'}}}]}
                """;
        FakeConnection once = from("10.1.1.1");
        FakeConnection always = from("10.1.1.1");
        once.serve(template(later));
        always.serve(template(later + "enforcement_type: CONTINUOUS"));
        for (FakeConnection connection : new FakeConnection[] {once, always}) {
            connection.receive("one");
            connection.streamInfo().filterState("done", true);
            connection.receive("two");
        }

        assertThat(once.open()).isTrue();
        assertThat(always.open()).isFalse();
        assertThat(always.streamInfo().connectionTerminationDetails())
                .isEqualTo("rbac_access_denied_matched_policy[late]");
    }

    @Test
    void shadowRulesAreCountedAndNoted() {
        FakeConnection denied = from("192.0.2.7");
        FakeConnection allowed = from("10.1.1.1");
        NetworkFilterTemplate template =
                template("shadow_" + ONLY_TEN + "shadow_rules_stat_prefix: try_");
        denied.serve(template);
        denied.receive("hello");
        allowed.serve(template);
        allowed.receive("hello");

        assertThat(denied.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
        assertThat(stat("try_.shadow_denied")).isEqualTo(1);
        assertThat(stat("try_.shadow_allowed")).isEqualTo(1);
        assertThat(stat("allowed")).isZero();
        assertThat(metadata(denied, "envoy.filters.network.rbac"))
                .isEqualTo(Map.of("try_shadow_engine_result", text("denied")));
        assertThat(metadata(allowed, "envoy.filters.network.rbac"))
                .isEqualTo(
                        Map.of(
                                "try_shadow_engine_result",
                                text("allowed"),
                                "try_shadow_effective_policy_id",
                                text("ten")));
    }

    @Test
    void aMatcherDecides() {
        // Rules beside it are ignored.
        NetworkFilterTemplate template =
                template(message(ONLY_TEN).toBuilder().setMatcher(matcher()).build());
        FakeConnection good = asking("good");
        FakeConnection bad = asking("bad");
        FakeConnection unknown = asking("somebody");
        for (FakeConnection connection : new FakeConnection[] {good, bad, unknown}) {
            connection.serve(template);
            connection.receive("hello");
        }

        assertThat(context.reported())
                .containsExactly("rules: ignored, `matcher` takes their place");
        assertThat(good.open()).isTrue();
        assertThat(bad.streamInfo().connectionTerminationDetails())
                .isEqualTo("rbac_access_denied_matched_policy[bad]");
        assertThat(unknown.streamInfo().connectionTerminationDetails())
                .isEqualTo("rbac_access_denied_matched_policy[none]");
        assertThat(stat("allowed")).isEqualTo(1);
        assertThat(stat("denied")).isEqualTo(2);
    }

    @Test
    void aMatcherWithAnActionThatLogsSaysForEachConnectionWhetherToLog() {
        NetworkFilterTemplate template =
                template(message("").toBuilder().setMatcher(matcher()).build());
        FakeConnection noted = asking("noted");
        FakeConnection good = asking("good");
        for (FakeConnection connection : new FakeConnection[] {noted, good}) {
            connection.serve(template);
            connection.receive("hello");
        }

        assertThat(noted.open()).isTrue();
        assertThat(metadata(noted, "envoy.common").get("access_log_hint").getBoolValue()).isTrue();
        assertThat(metadata(good, "envoy.common").get("access_log_hint").getBoolValue()).isFalse();
    }

    @Test
    void aShadowMatcherIsCounted() {
        FakeConnection bad = asking("bad");
        bad.serve(template(message("").toBuilder().setShadowMatcher(matcher()).build()));
        bad.receive("hello");

        assertThat(bad.open()).isTrue();
        assertThat(stat("shadow_denied")).isEqualTo(1);
        assertThat(bad.streamInfo().metadata("envoy.common")).isNull();
    }

    @Test
    void aMatcherMayNotLookAtEverything() {
        template(
                message("").toBuilder()
                        .setMatcher(matcher(SourceTypeInput.getDefaultInstance()))
                        .build());

        assertThat(context.reported())
                .containsExactly(
                        "matcher: the RBAC network filter cannot match"
                            + " 'type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.SourceTypeInput'");
    }
}
