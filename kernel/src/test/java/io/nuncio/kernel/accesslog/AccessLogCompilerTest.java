package io.nuncio.kernel.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.format.StreamFake;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LogFilter;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.StreamInfo.Moment;
import io.nuncio.spi.TraceReason;
import io.nuncio.spi.host.Extensions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

class AccessLogCompilerTest {
    private static final Struct METADATA =
            Struct.newBuilder()
                    .putFields(
                            "a",
                            Value.newBuilder()
                                    .setStructValue(
                                            Struct.newBuilder()
                                                    .putFields("mode", text("on"))
                                                    .putFields(
                                                            "on",
                                                            Value.newBuilder()
                                                                    .setBoolValue(true)
                                                                    .build())
                                                    .putFields(
                                                            "count",
                                                            Value.newBuilder()
                                                                    .setNumberValue(2)
                                                                    .build())
                                                    .putFields(
                                                            "nothing",
                                                            Value.newBuilder()
                                                                    .setNullValueValue(0)
                                                                    .build())
                                                    .putFields(
                                                            "names",
                                                            Value.newBuilder()
                                                                    .setListValue(
                                                                            ListValue.newBuilder()
                                                                                    .addValues(
                                                                                            text(
                                                                                                    "a"))
                                                                                    .addValues(
                                                                                            text(
                                                                                                    "b1")))
                                                                    .build()))
                                    .build())
                    .build();

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private final StreamFake stream = new StreamFake();
    private final FakeFactoryContext context = new FakeFactoryContext();
    private LogFilter extension = entry -> true;
    private long now;
    private long random;

    @ParameterizedTest
    @CsvSource({
        "EQ, 500, true",
        "EQ, 499, false",
        "GE, 500, true",
        "GE, 499, false",
        "LE, 500, true",
        "LE, 501, false"
    })
    void aStatusCodeIsCompared(String op, int status, boolean logged) {
        stream.responseCode = status;
        assertThat(
                        logs(
                                "status_code_filter { comparison { op: "
                                        + op
                                        + " value { default_value: 500 runtime_key: 'x' } } }"))
                .isEqualTo(logged);
    }

    @Test
    void theDurationIsThatOfTheStreamOrThatSoFar() {
        String filter =
                "duration_filter { comparison { op: GE value { default_value: 100 runtime_key: 'x'"
                        + " } } }";
        now = 99_999_999;
        assertThat(logs(filter)).isFalse();
        now = 100_000_000;
        assertThat(logs(filter)).isTrue();
        stream.moments.put(Moment.END, 5_000_000L);
        assertThat(logs(filter)).isFalse();
    }

    @Test
    void healthChecksAreLeftOut() {
        assertThat(logs("not_health_check_filter {}")).isTrue();
        stream.healthCheck = true;
        assertThat(logs("not_health_check_filter {}")).isFalse();
    }

    @Test
    void ofTracedRequestsThoseAreLoggedThatAServiceAskedToTrace() {
        String filter = "traceable_filter {}";
        assertThat(logs(filter)).isFalse();
        stream.traceReason = TraceReason.SAMPLING;
        assertThat(logs(filter)).isFalse();
        stream.traceReason = TraceReason.CLIENT_FORCED;
        assertThat(logs(filter)).isFalse();
        stream.traceReason = TraceReason.SERVICE_FORCED;
        assertThat(logs(filter)).isTrue();
        stream.healthCheck = true;
        assertThat(logs(filter)).isFalse();
    }

    @Test
    void aResponseFlagIsOneOfThoseNamedOrAny() {
        assertThat(logs("response_flag_filter {}")).isFalse();
        stream.addFlag(ResponseFlag.NO_ROUTE_FOUND);
        assertThat(logs("response_flag_filter {}")).isTrue();
        assertThat(logs("response_flag_filter { flags: 'UF' flags: 'NR' }")).isTrue();
        assertThat(logs("response_flag_filter { flags: 'UF' }")).isFalse();
    }

    @Test
    void aRequestHeaderMatches() {
        String filter = "header_filter { header { name: 'a' string_match { exact: 'b' } } }";
        assertThat(logs(filter)).isFalse();
        stream.request.add(HeaderName.of("a"), "b");
        assertThat(logs(filter)).isTrue();
    }

    @Test
    void aGrpcStatusComesFromTrailersHeadersOrTheHttpStatus() {
        String filter = "grpc_status_filter { statuses: UNAVAILABLE }";
        assertThat(logs(filter)).isFalse();
        stream.responseCode = 503;
        assertThat(logs(filter)).isTrue();
        stream.trailers.add(HeaderName.GRPC_STATUS, "0");
        assertThat(logs(filter)).isFalse();
        assertThat(logs("grpc_status_filter { statuses: OK }")).isTrue();
        assertThat(logs("grpc_status_filter { statuses: OK exclude: true }")).isFalse();
    }

    @Test
    void theTypeOfTheEntryIsOneOfThoseNamed() {
        stream.accessLogType = "DownstreamEnd";
        assertThat(logs("log_type_filter { types: DownstreamEnd }")).isTrue();
        assertThat(logs("log_type_filter { types: DownstreamStart }")).isFalse();
        assertThat(logs("log_type_filter { types: DownstreamEnd exclude: true }")).isFalse();
    }

    @Test
    void filtersAreJoinedByAndAndOr() {
        String yes = "filters { not_health_check_filter {} } ";
        String no = "filters { response_flag_filter {} } ";
        assertThat(logs("and_filter { " + yes + yes + "}")).isTrue();
        assertThat(logs("and_filter { " + yes + no + "}")).isFalse();
        assertThat(logs("or_filter { " + no + yes + "}")).isTrue();
        assertThat(logs("or_filter { " + no + no + "}")).isFalse();
    }

    @Test
    void aRuntimeKeyMaySetTheLimit() {
        context.runtime.override(Map.of("from", "300"));
        String filter =
                "status_code_filter { comparison { op: GE value { default_value: 500 runtime_key:"
                        + " '%s' } } }";
        stream.responseCode = 404;
        assertThat(logs(filter.formatted("from"))).isTrue();
        assertThat(logs(filter.formatted("absent"))).isFalse();
    }

    @Test
    void aFilterThatIsNoneIsReportedWithItsPlace() {
        compile("and_filter { filters { not_health_check_filter {} } filters {} }");
        assertThat(context.reported())
                .containsExactly(
                        "access_log[0].filter.and_filter.filters[1]: a filter is required");
    }

    @ParameterizedTest
    @CsvSource({
        "00000009-0000-4000-8000-000000000000, true",
        "0000000a-0000-4000-8000-000000000000, false",
        "not-a-uuid, false",
        ", false"
    })
    void aSampleIsDrawnByTheRequestIdOrElseByChance(String id, boolean logged) {
        random = 99;
        if (id != null) {
            stream.request.set(HeaderName.X_REQUEST_ID, id);
        }
        assertThat(logs("runtime_filter { runtime_key: 'k' percent_sampled { numerator: 10 } }"))
                .isEqualTo(logged);
    }

    @Test
    void aSampleMayBeIndependentOfTheRequestIdAndFollowsItsKey() {
        String filter = "runtime_filter { runtime_key: 'k' use_independent_randomness: true }";
        stream.request.set(HeaderName.X_REQUEST_ID, "00000000-0000-4000-8000-000000000000");
        random = 49;
        assertThat(logs(filter)).isFalse();
        context.runtime.override(Map.of("k", "50"));
        assertThat(logs(filter)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "string_match { exact: 'on' }, mode, true",
        "string_match { exact: 'off' }, mode, false",
        "bool_match: true, mode, false",
        "bool_match: true, on, true",
        "double_match { range { start: 1 end: 3 } }, count, true",
        "double_match { exact: 3 }, count, false",
        "null_match {}, nothing, true",
        "list_match { one_of { string_match { prefix: 'b' } } }, names, true",
        "list_match { one_of { string_match { prefix: 'c' } } }, names, false",
        "or_match { value_matchers { bool_match: true } value_matchers { present_match: true } },"
                + " mode, true"
    })
    void metadataMatches(String value, String key, boolean logged) {
        stream.metadata.put("acme", METADATA);
        assertThat(logs(metadata(key, value))).isEqualTo(logged);
    }

    @Test
    void whatIsNotInTheMetadataIsLoggedUnlessTheFilterSaysOtherwise() {
        String filter = metadata("absent", "bool_match: true");
        assertThat(logs(filter)).isTrue();
        assertThat(logs(filter.replace("} } }", "} } match_if_key_not_found { value: false } }")))
                .isFalse();
    }

    private static String metadata(String key, String value) {
        return "metadata_filter { matcher { filter: 'acme' path { key: 'a' } path { key: '"
                + key
                + "' } value { "
                + value
                + " } } }";
    }

    @Test
    void anExtensionDecides() {
        extension = entry -> entry.info().responseCode() == 418;
        String filter = "extension_filter { name: 'acme' }";
        assertThat(logs(filter)).isFalse();
        stream.responseCode = 418;
        assertThat(logs(filter)).isTrue();
    }

    private boolean logs(String filter) {
        LogFilter compiled = compile(filter);
        assertThat(context.reported()).isEmpty();
        return compiled.evaluate(stream);
    }

    private LogFilter compile(String filter) {
        try {
            return new LogFilterCompiler(new OneExtension(), () -> now, () -> random)
                    .compile(
                            TextFormat.parse(filter, AccessLogFilter.class),
                            context.in("access_log[0].filter", "test"));
        } catch (TextFormat.ParseException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    /// Gives the test's filter for whatever is asked of the category.
    private final class OneExtension implements Extensions {
        @Override
        public <T> T compile(
                Category category,
                TypedExtensionConfig config,
                Class<T> template,
                FactoryContext place,
                String field) {
            return compile(
                    category, config.getName(), config.getTypedConfig(), template, place, field);
        }

        @Override
        public <T> T compile(
                Category category,
                String name,
                Any config,
                Class<T> template,
                FactoryContext place,
                String field) {
            assertThat(category).isEqualTo(Category.ACCESS_LOG_FILTER);
            assertThat(name).isEqualTo("acme");
            return template.cast(extension);
        }
    }
}
