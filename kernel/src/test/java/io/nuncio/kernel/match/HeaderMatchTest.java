package io.nuncio.kernel.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class HeaderMatchTest {
    private final Problems problems = new Problems();

    record Case(List<String> matchers, String request, boolean matches) {
        @Override
        public String toString() {
            return matchers + " on " + request;
        }
    }

    static List<Case> casesOfEnvoy() throws IOException {
        var cases = new ArrayList<Case>();
        List<String> matchers = new ArrayList<>();
        try (var file = HeaderMatchTest.class.getResourceAsStream("/route/header-matches.txt")) {
            for (String line :
                    new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.isEmpty()) {
                    matchers = new ArrayList<>();
                } else if (line.startsWith("? ")) {
                    matchers.add(line.substring(2));
                } else if (line.startsWith("yes") || line.startsWith("no")) {
                    boolean yes = line.startsWith("yes");
                    cases.add(new Case(matchers, line.substring(yes ? 3 : 2).strip(), yes));
                }
            }
        }
        return cases;
    }

    @Test
    void thereAreAllCasesOfEnvoy() throws IOException {
        assertThat(casesOfEnvoy()).hasSize(106);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"google_re2\": {}, "})
    void theEngineIsRe2WhetherItIsNamedOrNot(String engine) {
        HeaderMatch match =
                one(
                        """
                        {"name": "n", "string_match": {"safe_regex": {%s"regex": "a+"}}}
                        """
                                .formatted(engine));
        RequestHeaders headers = new RequestHeaders();
        headers.add(HeaderName.of("n"), "aa");
        assertThat(match.matches(headers)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("casesOfEnvoy")
    void matchesAsEnvoyDoes(Case given) {
        var compiled =
                HeaderMatch.all(
                        given.matchers().stream().map(HeaderMatchTest::parse).toList(),
                        problems,
                        "headers");

        assertThat(problems.all()).isEmpty();
        assertThat(HeaderMatch.allMatch(compiled, request(given.request())))
                .isEqualTo(given.matches());
    }

    @ParameterizedTest
    @CsvSource({
        "5,true",
        "-3,true",
        "9,true",
        "10,false",
        "-4,false",
        "' 7 ',true",
        "+7,true",
        "'',false",
        "-,false",
        "7a,false",
        "9223372036854775808,false",
        "99999999999999999999999,false"
    })
    void rangeTakesWholeNumbersFromStartToBelowEnd(String value, boolean matches) {
        var match = one("{\"name\": \"n\", \"range_match\": {\"start\": -3, \"end\": 10}}");

        assertThat(match.matches(header("n", value))).isEqualTo(matches);
    }

    @Test
    void rangeReachesTheSmallestNumber() {
        var match =
                one(
                        "{\"name\": \"n\", \"range_match\": {\"start\": \"-9223372036854775808\","
                                + " \"end\": 0}}");

        assertThat(match.matches(header("n", "-9223372036854775808"))).isTrue();
        assertThat(match.matches(header("n", "-9223372036854775809"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "prefix,VAL,true",
        "suffix,UE,true",
        "contains,aLu,true",
        "exact,VALUE,true",
        "exact,VAL,false"
    })
    void caseIsIgnoredIfToldSo(String kind, String text, boolean matches) {
        var match =
                one(
                        "{\"name\": \"n\", \"string_match\": {\"%s\": \"%s\", \"ignore_case\": true}}"
                                .formatted(kind, text));

        assertThat(match.matches(header("n", "vaLue"))).isEqualTo(matches);
        assertThat(match.matches(header("n", "va"))).isFalse();
    }

    @Test
    void valuesOfTheSameNameAreJoinedByCommas() {
        var headers = header("n", "a");
        headers.add(HeaderName.of("n"), "b");

        assertThat(
                        one("{\"name\": \"N\", \"string_match\": {\"exact\": \"a,b\"}}")
                                .matches(headers))
                .isTrue();
        assertThat(one("{\"name\": \"N\", \"string_match\": {\"exact\": \"a\"}}").matches(headers))
                .isFalse();
    }

    @Test
    void pseudoHeadersCanBeMatched() {
        var headers = RequestHeaders.of("GET", "http", "example.com", "/a?b");

        assertThat(
                        one("{\"name\": \":path\", \"string_match\": {\"exact\": \"/a?b\"}}")
                                .matches(headers))
                .isTrue();
    }

    @Test
    void regularExpressionMustMatchTheWholeValue() {
        var match =
                one("{\"name\": \"n\", \"string_match\": {\"safe_regex\": {\"regex\": \"a+\"}}}");

        assertThat(match.matches(header("n", "aaa"))).isTrue();
        assertThat(match.matches(header("n", "aab"))).isFalse();
    }

    @Test
    void regularExpressionReadsUtf8() {
        var match =
                one("{\"name\": \"n\", \"string_match\": {\"safe_regex\": {\"regex\": \"gr.n\"}}}");

        assertThat(match.matches(header("n", "gr\u00c3\u00bcn"))).isTrue();
    }

    @Test
    void wrongExpressionIsReportedWithItsPlace() {
        one("{\"name\": \"n\", \"string_match\": {\"safe_regex\": {\"regex\": \"a(\"}}}");

        assertThat(problems.all())
                .singleElement()
                .asString()
                .startsWith(
                        "headers[0].string_match.safe_regex.regex: `a(` is not a regular expression"
                                + " of RE2");
    }

    @Test
    void wrongNameIsReportedWithItsPlace() {
        HeaderMatch.all(
                List.of(HeaderMatcher.newBuilder().setName("a b").build()), problems, "headers");

        assertThat(problems.all())
                .singleElement()
                .asString()
                .isEqualTo("headers[0].name: was `a b`, expected the name of a header");
    }

    private HeaderMatch one(String json) {
        return HeaderMatch.of(parse(json), problems, "headers[0]");
    }

    private static HeaderMatcher parse(String json) {
        var builder = HeaderMatcher.newBuilder();
        try {
            JsonFormat.parser().merge(json, builder);
        } catch (InvalidProtocolBufferException wrong) {
            throw new AssertionError(json, wrong);
        }
        return builder.build();
    }

    private static RequestHeaders header(String name, String value) {
        var headers = new RequestHeaders();
        headers.add(HeaderName.of(name), value);
        return headers;
    }

    private static RequestHeaders request(String text) {
        var headers = new RequestHeaders();
        for (String header : text.split(" \\| ")) {
            int colon = header.indexOf(':');
            if (colon > 0) {
                headers.add(
                        HeaderName.of(header.substring(0, colon)),
                        header.substring(colon + 1).strip());
            }
        }
        return headers;
    }
}
