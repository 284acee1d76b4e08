package io.nuncio.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RbacAuditLogger;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.Matchers.Data;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeTlsInfo;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.YamlMessages;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

class AuditTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnection connection = new FakeConnection(new FakeWorker());
    private final List<String> told = new ArrayList<>();

    private Engine engine(Engine.Place place, String condition) {
        RbacAuditLogger logger =
                (_, decision) -> told.add(decision.policy() + " " + decision.allowed());
        context.platform().extension("test", logger);
        RBAC rules =
                YamlMessages.of(
                        RBAC.getDefaultInstance(),
                        """
                        policies:
                          own:
                            permissions: [{ destination_port: 80 }]
                            principals: [{ any: true }]
                        audit_logging_options:
                          audit_condition: %s
                          logger_configs: [{ audit_logger: { name: test } }]
                        """
                                .formatted(condition));
        return Engine.of(place, rules, null);
    }

    @ParameterizedTest
    @CsvSource({
        "NONE, ''",
        "ON_DENY, ' false'",
        "ON_ALLOW, 'own true'",
        "ON_DENY_AND_ALLOW, 'own true, false'"
    })
    void decisionsAreToldAsTheConditionSays(String condition, String expected) {
        Engine engine = engine(Engine.Place.enforced(context, Data.NETWORK, ""), condition);
        connection.info().to("127.0.0.1", 80);
        engine.decide(connection::streamInfo);
        connection.info().to("127.0.0.1", 81);
        engine.decide(connection::streamInfo);

        assertThat(String.join(",", told)).isEqualTo(expected);
    }

    @Test
    void whatIsTriedOutIsNotAudited() {
        engine(Engine.Place.shadow(context, Data.NETWORK, ""), "ON_DENY");

        assertThat(context.reported())
                .singleElement()
                .asString()
                .contains("shadow_rules.audit_logging_options.audit_condition");
    }

    private record Request(StreamInfo info, @Nullable RequestHeaders requestHeaders)
            implements MatchContext {}

    private String line(@Nullable RequestHeaders headers, String policy, boolean allowed) {
        var written = new StringBuilder();
        LogFile file =
                (bytes, offset, length) -> written.append(new String(bytes, offset, length, UTF_8));
        new StdoutAuditLogger(file, () -> Instant.parse("2024-05-06T07:08:09Z"))
                .log(
                        new Request(connection.streamInfo(), headers),
                        new RbacAuditLogger.Decision("rbac", policy, allowed));
        return written.toString();
    }

    @Test
    void standardOutputGetsALineOfJson() {
        var peer =
                TestCertificates.authority("ca")
                        .request("client")
                        .uri("spiffe://a/client")
                        .dns("client.example")
                        .issue();
        connection.info().tls(new FakeTlsInfo(peer.chain()));
        var headers = new RequestHeaders();
        headers.path("/a.Service/Method");

        assertThat(line(headers, "own", true))
                .isEqualTo(
                        "{\"grpc_audit_log\":{\"timestamp\":\"2024-05-06T07:08:09Z\","
                                + "\"rpc_method\":\"/a.Service/Method\","
                                + "\"principal\":\"spiffe://a/client\","
                                + "\"policy_name\":\"rbac\",\"matched_rule\":\"own\","
                                + "\"authorized\":true}}\n");
    }

    @Test
    void whatIsNotThereIsEmptyAndTextIsEscaped() {
        assertThat(line(null, "a\"\\\n", false))
                .contains(
                        "\"rpc_method\":\"\",\"principal\":\"\"",
                        "\"matched_rule\":\"a\\\"\\\\\\u000a\"",
                        "\"authorized\":false");
    }
}
