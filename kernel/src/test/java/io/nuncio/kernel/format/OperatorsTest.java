package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.StreamInfo.Moment;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Each operator against the values of Envoy's tests; the cases are in `format/operators.txt`.
class OperatorsTest {
    static final FormatEnvironment ENVIRONMENT =
            new FormatEnvironment(
                    () -> 1_600_000_000_000L,
                    () -> 99_000_000L,
                    ZoneId.of("Europe/Berlin"),
                    () -> "myhostname",
                    Map.of("PLACE", "here")::get,
                    () -> "00000000-0000-4000-8000-000000000000");

    private final Formats formats = new Formats(ENVIRONMENT);

    @TestFactory
    Stream<DynamicTest> printsWhatEnvoyPrints() throws IOException {
        List<Case> cases = cases();
        assertThat(cases).hasSizeGreaterThan(130);
        return cases.stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.format + " given " + test.facts, () -> check(test)));
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatEnvoyRefuses() throws IOException {
        List<String> lines = lines("refused.txt").stream().filter(l -> l.contains(" | ")).toList();
        assertThat(lines).hasSizeGreaterThan(50);
        return lines.stream()
                .map(line -> {
                    int bar = line.lastIndexOf(" | ");
                    String format = unescape(line.substring(0, bar));
                    String reason = line.substring(bar + 3);
                    return DynamicTest.dynamicTest(
                            line.substring(0, bar), () -> refused(format, reason));
                });
    }

    private void refused(String format, String reason) {
        Problems problems = new Problems();
        formats.text(format, problems);
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains(reason));
    }

    private void check(Case test) throws InvalidProtocolBufferException {
        StreamFake stream = new StreamFake();
        for (String fact : test.facts.isEmpty() ? new String[0] : test.facts.split("; ")) {
            int equals = fact.indexOf('=');
            set(stream, fact.substring(0, equals), unescape(fact.substring(equals + 1)));
        }
        Problems problems = new Problems();
        var text = formats.text(test.format, problems);
        if (test.kind.equals("fails")) {
            assertThat(problems.none()).isFalse();
            return;
        }
        assertThat(problems.all()).isEmpty();
        boolean absent = test.kind.equals("absent");
        assertThat(text.format(stream)).isEqualTo(absent ? "-" : test.text);
        Struct member =
                Struct.newBuilder()
                        .putFields("v", Value.newBuilder().setStringValue(test.format).build())
                        .build();
        String json = formats.json(member, false, List.of(), problems).format(stream);
        String value = json.substring("{\"v\":".length(), json.length() - "}\n".length());
        assertThat(value)
                .isEqualTo(absent ? "null" : test.json.isEmpty() ? quoted(test.text) : test.json);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\t", "\\t") + '"';
    }

    private static void set(StreamFake stream, String key, String value)
            throws InvalidProtocolBufferException {
        if (key.startsWith("req.")) {
            add(stream.request, key.substring(4), value);
        } else if (key.startsWith("resp.")) {
            add(stream.response, key.substring(5), value);
        } else if (key.startsWith("trailer.")) {
            add(stream.trailers, key.substring(8), value);
        } else if (key.startsWith("metadata.")) {
            stream.metadata.put(key.substring(9), struct(value));
        } else if (key.startsWith("upstream.metadata.")) {
            stream.upstreamFake().metadata =
                    Metadata.newBuilder()
                            .putFilterMetadata(key.substring(18), struct(value))
                            .build();
        } else if (key.startsWith("state.")) {
            stream.filterState.put(key.substring(6), value);
        } else {
            setFact(stream, key, value);
        }
    }

    private static void setFact(StreamFake stream, String key, String value) {
        switch (key) {
            case "start" -> stream.startTimeMicros = Long.parseLong(value) * 1000;
            case "END" -> stream.moments.put(Moment.END, Long.parseLong(value));
            case "DS_RX_END" -> moment(stream, Moment.DOWNSTREAM_REQUEST_END, value);
            case "US_TX_END" -> moment(stream, Moment.UPSTREAM_REQUEST_END, value);
            case "US_RX_BEG" -> moment(stream, Moment.UPSTREAM_RESPONSE_BEGIN, value);
            case "DS_TX_END" -> moment(stream, Moment.DOWNSTREAM_RESPONSE_END, value);
            case "bytes_received" -> stream.bytesReceived = Long.parseLong(value);
            case "bytes_sent" -> stream.bytesSent = Long.parseLong(value);
            case "attempts" -> stream.attemptCount = Integer.parseInt(value);
            case "protocol" -> stream.protocol = protocol(value);
            case "code" -> stream.responseCode = Integer.parseInt(value);
            case "details" -> stream.responseCodeDetails = value;
            case "termination" -> stream.connectionTerminationDetails = value;
            case "flag" ->
                    Arrays.stream(value.split(","))
                            .map(OperatorsTest::flag)
                            .forEach(stream::addFlag);
            case "cluster" -> stream.cluster = value;
            case "route" -> stream.routeName = value;
            case "virtual_cluster" -> stream.virtualCluster = value;
            case "request_id" -> stream.requestId = value;
            case "body" -> stream.localReplyBody = value;
            case "type" -> stream.accessLogType = value;
            case "local" -> stream.downstream.local = StreamFake.address(value);
            case "connection" -> stream.downstream.id = Long.parseLong(value);
            case "sni" -> stream.downstream.requestedServerName = value;
            case "chain" -> stream.downstream.filterChainName = value;
            case "failure" -> stream.downstream.transportFailureReason = value;
            case "upstream.host" -> stream.upstreamFake().address = StreamFake.address(value);
            case "upstream.hostname" -> stream.upstreamFake().hostname = value;
            case "upstream.protocol" -> stream.upstreamFake().protocol = protocol(value);
            case "upstream.failure" -> stream.upstreamFake().transportFailureReason = value;
            case "upstream.local" ->
                    stream.upstreamFake().connectionFake().local = StreamFake.address(value);
            case "upstream.remote" ->
                    stream.upstreamFake().connectionFake().remote = StreamFake.address(value);
            case "upstream.connection" ->
                    stream.upstreamFake().connectionFake().id = Long.parseLong(value);
            default -> throw new IllegalArgumentException(key);
        }
    }

    private static void moment(StreamFake stream, Moment moment, String nanos) {
        stream.moments.put(moment, Long.parseLong(nanos));
    }

    private static Protocol protocol(String name) {
        return Arrays.stream(Protocol.values())
                .filter(protocol -> protocol.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ResponseFlag flag(String name) {
        return ResponseFlag.CORE.stream()
                .filter(flag -> flag.shortName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void add(HeaderMap headers, String name, String value) {
        headers.add(HeaderName.of(name), value);
    }

    private static Struct struct(String json) throws InvalidProtocolBufferException {
        Struct.Builder struct = Struct.newBuilder();
        JsonFormat.parser().merge(json, struct);
        return struct.build();
    }

    private record Case(String facts, String format, String kind, String text, String json) {}

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        String facts = "";
        String format = "";
        List<String> lines = lines("operators.txt");
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            if (line.startsWith("given")) {
                facts = line.substring("given".length()).strip();
            } else if (line.startsWith("format ")) {
                format = unescape(line.substring("format ".length()));
            } else if (line.equals("absent") || line.equals("fails")) {
                cases.add(new Case(facts, format, line, "", ""));
            } else if (line.equals("text") || line.startsWith("text ")) {
                String text = line.equals("text") ? "" : line.substring("text ".length());
                String next = at + 1 < lines.size() ? lines.get(at + 1) : "";
                String json = next.startsWith("json ") ? next.substring("json ".length()) : "";
                cases.add(new Case(facts, format, "text", unescape(text), json));
            }
        }
        return cases;
    }

    private static String unescape(String text) {
        return text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\0", "\0");
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream stream = OperatorsTest.class.getResourceAsStream("/format/" + resource)) {
            String all = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return all.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }
}
