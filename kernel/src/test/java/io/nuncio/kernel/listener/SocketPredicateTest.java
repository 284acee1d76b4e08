package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;

class SocketPredicateTest {
    private static final String FROM_80 = "destination_port_range { start: 80 end: 90 }";
    private static final String FROM_85 = "destination_port_range { start: 85 end: 95 }";

    private static boolean matches(String rule, int port) throws Exception {
        var message = TextFormat.parse(rule, ListenerFilterChainMatchPredicate.class);
        return SocketPredicate.of(message, new Problems())
                .matches(new FakeConnectionInfo().to("10.0.0.1", port));
    }

    @Test
    void everySocketMayMatch() throws Exception {
        assertThat(matches("any_match: true", 1)).isTrue();
    }

    @Test
    void thePortIsThatOfTheRestoredAddress() throws Exception {
        assertThat(matches(FROM_80, 79)).isFalse();
        assertThat(matches(FROM_80, 80)).isTrue();
        assertThat(matches(FROM_80, 89)).isTrue();
        assertThat(matches(FROM_80, 90)).as("the end is not in the range").isFalse();
        var message = TextFormat.parse(FROM_80, ListenerFilterChainMatchPredicate.class);
        assertThat(
                        SocketPredicate.of(message, new Problems())
                                .matches(new FakeConnectionInfo().overPipe()))
                .isFalse();
    }

    @Test
    void oneOfSeveralRulesIsEnough() throws Exception {
        String rule = "or_match { rules { " + FROM_80 + " } rules { " + FROM_85 + " } }";
        assertThat(matches(rule, 80)).isTrue();
        assertThat(matches(rule, 94)).isTrue();
        assertThat(matches(rule, 95)).isFalse();
    }

    @Test
    void allOfSeveralRulesMayBeDemanded() throws Exception {
        String rule = "and_match { rules { " + FROM_80 + " } rules { " + FROM_85 + " } }";
        assertThat(matches(rule, 80)).isFalse();
        assertThat(matches(rule, 87)).isTrue();
        assertThat(matches(rule, 94)).isFalse();
    }

    @Test
    void aRuleMayBeNegated() throws Exception {
        assertThat(matches("not_match { " + FROM_80 + " }", 80)).isFalse();
        assertThat(matches("not_match { any_match: true }", 80)).isFalse();
        assertThat(matches("not_match { " + FROM_80 + " }", 443)).isTrue();
    }

    @Test
    void aRuleIsNecessary() {
        var problems = new Problems();
        SocketPredicate.of(ListenerFilterChainMatchPredicate.getDefaultInstance(), problems);
        assertThat(problems.all()).hasSize(1);
    }
}
