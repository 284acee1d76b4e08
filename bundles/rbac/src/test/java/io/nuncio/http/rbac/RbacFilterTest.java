package io.nuncio.http.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.rbac.v3.RBAC.Action;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.nuncio.rbac.TestMatcher;
import io.nuncio.spi.MatchInput;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.HttpStreamHarness;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;

import java.util.Map;

class RbacFilterTest {
    private static final String ONLY_ME =
            """
            rules:
              policies:
                me only: {permissions: [{any: true}], principals: [{header: {name: x-user, string_match: {exact: me}}}]}
            """;
    private static final String ME = "x-user: me";

    private static HttpFilterHarness filter(String yaml) {
        return HttpFilterHarness.of(new RbacExtension(), RBAC.getDefaultInstance(), yaml);
    }

    private static HttpStreamHarness answer(HttpFilterHarness filter, String... headers) {
        HttpStreamHarness stream = filter.get("/path?query", headers);
        if (stream.status() == 0) {
            stream.upstream().respond(200);
        }
        return stream;
    }

    private static Map<String, Value> metadata(HttpStreamHarness stream) {
        return stream.info().metadata("envoy.filters.http.rbac").getFieldsMap();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    @Test
    void whoIsNotAllowedGets403() {
        try (HttpFilterHarness filter = filter(ONLY_ME)) {
            HttpStreamHarness stream = answer(filter);

            assertThat(stream.status()).isEqualTo(403);
            assertThat(stream.body()).isEqualTo("RBAC: access denied");
            assertThat(stream.details()).isEqualTo("rbac_access_denied_matched_policy[none]");
            assertThat(filter.counter("rbac.denied")).isEqualTo(1);
            assertThat(metadata(stream))
                    .isEqualTo(Map.of("enforced_engine_result", text("denied")));
        }
    }

    @Test
    void whoIsAllowedPasses() {
        try (HttpFilterHarness filter = filter(ONLY_ME)) {
            HttpStreamHarness stream = answer(filter, ME);

            assertThat(stream.status()).isEqualTo(200);
            assertThat(filter.counter("rbac.allowed")).isEqualTo(1);
            assertThat(metadata(stream))
                    .isEqualTo(
                            Map.of(
                                    "enforced_engine_result",
                                    text("allowed"),
                                    "enforced_effective_policy_id",
                                    text("me only")));
        }
    }

    @Test
    void whoIsDeniedByAPolicyIsToldSoInTheLog() {
        try (HttpFilterHarness filter =
                filter(ONLY_ME.replace("rules:", "rules:\n  action: DENY"))) {
            assertThat(answer(filter, ME).details())
                    .isEqualTo("rbac_access_denied_matched_policy[me_only]");
            assertThat(answer(filter).status()).isEqualTo(200);
        }
    }

    @Test
    void withoutRulesEverybodyPasses() {
        try (HttpFilterHarness filter = filter("{}")) {
            assertThat(answer(filter).status()).isEqualTo(200);
            assertThat(filter.counter("rbac.allowed")).isZero();
        }
    }

    @Test
    void rulesMayHaveAPrefixInStatisticsAndMetadata() {
        try (HttpFilterHarness filter = filter(ONLY_ME + "rules_stat_prefix: one_")) {
            HttpStreamHarness stream = answer(filter);

            assertThat(filter.counter("rbac.one_.denied")).isEqualTo(1);
            assertThat(metadata(stream)).containsKey("one_enforced_engine_result");
        }
    }

    @Test
    void shadowRulesAreCountedAndNoted() {
        String yaml =
                "shadow_" + ONLY_ME + "shadow_rules_stat_prefix: two\ntrack_per_rule_stats: true";
        try (HttpFilterHarness filter = filter(yaml)) {
            HttpStreamHarness denied = answer(filter);
            HttpStreamHarness allowed = answer(filter, ME);

            assertThat(denied.status()).isEqualTo(200);
            assertThat(filter.counter("rbac.two.shadow_denied")).isEqualTo(1);
            assertThat(filter.counter("rbac.two.shadow_allowed")).isEqualTo(1);
            assertThat(filter.counter("rbac.two.policy.me only.shadow_allowed")).isEqualTo(1);
            assertThat(metadata(denied))
                    .isEqualTo(Map.of("twoshadow_engine_result", text("denied")));
            assertThat(metadata(allowed))
                    .containsEntry("twoshadow_effective_policy_id", text("me only"));
        }
    }

    @Test
    void policiesMayBeCounted() {
        try (HttpFilterHarness filter = filter(ONLY_ME + "track_per_rule_stats: true");
                HttpFilterHarness plain = filter(ONLY_ME)) {
            answer(filter, ME);
            answer(filter);
            answer(plain, ME);

            assertThat(filter.counter("rbac.policy.me only.allowed")).isEqualTo(1);
            assertThat(plain.counter("rbac.policy.me only.allowed")).isZero();
        }
    }

    @Test
    void aRouteMayHaveItsOwnOrNone() {
        RBACPerRoute other =
                YamlMessages.of(
                        RBACPerRoute.getDefaultInstance(),
                        "rbac:\n" + ONLY_ME.replace("me}", "you}").indent(2));
        try (HttpFilterHarness filter = filter(ONLY_ME)) {
            filter.perRoute(new RbacExtension(), other);

            assertThat(answer(filter, ME).status()).isEqualTo(403);
            assertThat(answer(filter, "x-user: you").status()).isEqualTo(200);
            assertThat(filter.counter("rbac.denied")).isEqualTo(1);
        }
        try (HttpFilterHarness filter = filter(ONLY_ME)) {
            filter.perRoute(new RbacExtension(), RBACPerRoute.getDefaultInstance());

            assertThat(answer(filter).status()).isEqualTo(200);
            assertThat(filter.counter("rbac.allowed")).isZero();
        }
    }

    @Test
    void aMatcherDecides() {
        var context = new FakeFactoryContext();
        MatchInput method = match -> match.requestHeaders().method();
        Matcher matcher =
                new TestMatcher(context, HttpRequestHeaderMatchInput.getDefaultInstance(), method)
                        .on("GET", Action.ALLOW)
                        .make();
        RBAC message = RBAC.newBuilder().setMatcher(matcher).setShadowMatcher(matcher).build();
        try (HttpFilterHarness filter =
                HttpFilterHarness.of(new RbacExtension(), message, context)) {
            HttpStreamHarness get = answer(filter);
            HttpStreamHarness post = filter.stream().request("POST", "/");

            assertThat(get.status()).isEqualTo(200);
            assertThat(metadata(get)).containsEntry("enforced_effective_policy_id", text("GET"));
            assertThat(post.status()).isEqualTo(403);
            assertThat(filter.counter("rbac.shadow_denied")).isEqualTo(1);
        }
    }

    @Test
    void theRulesOfTheSpiAreKept() {
        HttpFilterConformance.of(() -> filter(ONLY_ME)).header(ME).check();
        HttpFilterConformance.of(() -> filter(ONLY_ME)).check();
    }
}
