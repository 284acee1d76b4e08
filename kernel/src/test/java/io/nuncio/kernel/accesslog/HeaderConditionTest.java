package io.nuncio.kernel.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.nuncio.kernel.format.StreamFake;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

class HeaderConditionTest {
    @TestFactory
    Stream<DynamicTest> matchesWhatEnvoyMatches() throws IOException {
        List<String> lines = lines();
        assertThat(lines).hasSizeGreaterThan(80);
        return lines.stream().map(line -> DynamicTest.dynamicTest(line, () -> check(line)));
    }

    @Test
    void aRegexThatCannotBeCompiledIsReportedWithItsPlace() {
        Problems problems = new Problems();
        HeaderMatcher matcher =
                HeaderMatcher.newBuilder()
                        .setName("a")
                        .setSafeRegexMatch(RegexMatcher.newBuilder().setRegex("("))
                        .build();
        HeaderCondition.of(matcher, problems);
        assertThat(problems.all())
                .singleElement()
                .satisfies(
                        problem -> assertThat(problem.path()).isEqualTo("safe_regex_match.regex"));
    }

    private static void check(String line) throws IOException {
        ListValue.Builder all = ListValue.newBuilder();
        int headersAt = line.indexOf("}] [") + 3;
        JsonFormat.parser().merge(line.substring(0, headersAt), all);
        ListValue.Builder headers = ListValue.newBuilder();
        int answerAt = line.lastIndexOf(' ');
        JsonFormat.parser().merge(line.substring(headersAt, answerAt), headers);

        StreamFake stream = new StreamFake();
        for (Value header : headers.getValuesList()) {
            stream.request.add(
                    HeaderName.of(header.getListValue().getValues(0).getStringValue()),
                    header.getListValue().getValues(1).getStringValue());
        }
        Problems problems = new Problems();
        boolean matches = true;
        for (Value matcher : all.getValuesList()) {
            HeaderMatcher.Builder message = HeaderMatcher.newBuilder();
            JsonFormat.parser().merge(JsonFormat.printer().print(matcher), message);
            matches &= HeaderCondition.of(message.build(), problems).test(stream);
        }
        assertThat(problems.all()).isEmpty();
        assertThat(matches).isEqualTo(Boolean.parseBoolean(line.substring(answerAt + 1)));
    }

    private static List<String> lines() throws IOException {
        try (InputStream stream =
                HeaderConditionTest.class.getResourceAsStream("/accesslog/header-conditions.txt")) {
            String all = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return all.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }
}
