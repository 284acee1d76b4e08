package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.BoolValue;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.nuncio.kernel.http1.ServerHarness.Exchange;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.RequestHeaders;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The same bytes to llhttp: what both accept must be the same requests, and must end at the same
/// byte. What only one accepts is of no danger to the other.
class LlhttpDifferentialTest {
    /// A request line of HTTP/0.9, which is a whole request and the last one; llhttp goes on.
    private static final Pattern WITHOUT_VERSION =
            Pattern.compile("[A-Z]+[ \t]+[^ \t\r\n]+[ \t]*\r?\n");

    private record Request(String method, String target, List<String> headers, String body) {}

    @Test
    void whatBothAcceptIsTheSame() throws IOException, InterruptedException {
        try (Llhttp llhttp = start()) {
            var time = new FuzzTime();
            int same = 0;
            for (long seed = FuzzTime.firstSeed(); !time.over(); seed++) {
                byte[] input = new RequestGenerator(seed).next();
                same += compare(input, llhttp.parse(input), seed);
            }
            assertThat(same).as("requests that both accept").isGreaterThan(1000);
        }
    }

    private static Llhttp start() throws InterruptedException {
        try {
            return Llhttp.start();
        } catch (IOException missing) {
            String how =
                    "needs Node.js and npm (on Debian: apt-get install nodejs npm): "
                            + missing.getMessage();
            if (System.getenv("CI") != null) {
                throw new AssertionError(how, missing);
            }
            return abort(how);
        }
    }

    private static int compare(byte[] input, JsonNode parsed, long seed) {
        var harness =
                new ServerHarness(
                        Http1ProtocolOptions.newBuilder()
                                .setAllowAbsoluteUrl(BoolValue.of(false))
                                .setAcceptHttp10(true)
                                .build());
        harness.receive(input);
        String label = "seed " + seed + ": " + new String(input, ISO_8859_1);
        List<Request> theirs = theirs(parsed);
        List<Request> ours = ours(harness);
        int both = Math.min(theirs.size(), ours.size());
        assertThat(ours.subList(0, both)).as(label).isEqualTo(theirs.subList(0, both));
        boolean old = WITHOUT_VERSION.matcher(new String(input, ISO_8859_1)).find();
        if (!old && harness.error() == null && parsed.get("error").asText().isEmpty()) {
            assertThat(ours).as(label).hasSameSizeAs(theirs);
        }
        return both;
    }

    private static List<Request> theirs(JsonNode parsed) {
        List<Request> requests = new ArrayList<>();
        for (JsonNode message : parsed.get("messages")) {
            if (!message.get("complete").asBoolean()
                    || message.get("version").asText().equals("0.9")) {
                break;
            }
            List<String> headers = new ArrayList<>();
            for (JsonNode header : message.get("headers")) {
                headers.add(line(header.get(0).asText(), header.get(1).asText()));
            }
            requests.add(
                    new Request(
                            message.get("method").asText(),
                            message.get("target").asText(),
                            hostFirst(headers),
                            message.get("body").asText()));
        }
        return requests;
    }

    private static List<Request> ours(ServerHarness harness) {
        List<Request> requests = new ArrayList<>();
        for (Exchange exchange : harness.exchanges) {
            RequestHeaders headers = exchange.headers;
            if (!exchange.complete || headers == null) {
                break;
            }
            requests.add(
                    new Request(
                            headers.method(),
                            headers.path(),
                            lines(headers),
                            exchange.body.toString()));
        }
        return requests;
    }

    private static List<String> lines(HeaderMap headers) {
        List<String> lines = new ArrayList<>();
        for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
            String name = headers.nameOf(entry).toString();
            if (name.equals(":authority")) {
                lines.add(line("host", headers.valueOf(entry)));
            } else if (!name.startsWith(":")) {
                lines.add(line(name, headers.valueOf(entry)));
            }
        }
        return hostFirst(lines);
    }

    /// Blanks around a value, and where it was folded, are of no meaning.
    private static String line(String name, String value) {
        return name.toLowerCase(Locale.ROOT) + ": " + value.strip().replaceAll("[ \t\r\n]+", " ");
    }

    private static List<String> hostFirst(List<String> lines) {
        List<String> sorted = new ArrayList<>(lines);
        sorted.sort((a, b) -> Boolean.compare(b.startsWith("host:"), a.startsWith("host:")));
        return sorted;
    }
}
