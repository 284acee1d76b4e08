package io.nuncio.kernel.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.nuncio.kernel.format.StreamFake;
import io.nuncio.kernel.runtime.RuntimeLayers;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StreamInfo.Moment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessLogCompilerTest {
    private final StreamFake stream = new StreamFake();
    private final Problems problems = new Problems();
    private RuntimeValues runtime = RuntimeValues.UNSET;
    private long now;

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
        runtime = RuntimeLayers.of("from: 300");
        String filter =
                "status_code_filter { comparison { op: GE value { default_value: 500 runtime_key:"
                        + " '%s' } } }";
        stream.responseCode = 404;
        assertThat(logs(filter.formatted("from"))).isTrue();
        assertThat(logs(filter.formatted("absent"))).isFalse();
    }

    @Test
    void aFilterThatIsNotSupportedIsReportedByName() {
        compile(
                "and_filter { filters { not_health_check_filter {} } filters { traceable_filter {}"
                        + " } }");
        assertThat(problems.all())
                .extracting(Object::toString)
                .containsExactly(
                        "access_log[0].filter.and_filter.filters[1].traceable_filter: is not"
                                + " supported yet");
    }

    private boolean logs(String filter) {
        EntryCondition condition = compile(filter);
        assertThat(problems.all()).isEmpty();
        return condition.test(stream);
    }

    private EntryCondition compile(String filter) {
        try {
            return new ConditionCompiler(() -> now)
                    .compile(
                            TextFormat.parse(filter, AccessLogFilter.class),
                            runtime,
                            problems.in("access_log[0].filter"));
        } catch (TextFormat.ParseException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }
}
