package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// `docs/http2-conformance.md` is what the tables of both conformance tests say.
class Http2ConformancePageTest {
    private static final String RFC_9113 = "RFC 9113, ";

    private static final String REFRESH =
            "mvn -q test -pl distribution/tests -am -Dtest=Http2ConformancePageTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update";

    private static final String START =
            """
            # HTTP/2, rule by rule

            Computed from the tables of `Http2ServerConformanceIT` (what a downstream client sends: %d cases) and `Http2ClientConformanceIT` (what an
            upstream sends: %d cases), which run over sockets. To refresh it:

                %s

            Beside each case stands what the sender gets, with the response code details where they say more; for upstreams then the status and
            the response flags of the request. Where nothing but a status or *ignored* is said, the connection and its other streams go on. After
            each case the next request is served, where the connection ends on a new one.

            The cases of section 8 run twice: as below, and with `override_stream_error_on_invalid_http_message`, where RST_STREAM PROTOCOL_ERROR
            stands for GOAWAY PROTOCOL_ERROR.
            """;

    private static final Map<String, String> TITLES =
            Map.ofEntries(
                    Map.entry(RFC_9113 + "3.4", "HTTP/2 connection preface"),
                    Map.entry(RFC_9113 + "4.1", "frame format"),
                    Map.entry(RFC_9113 + "4.2", "frame size"),
                    Map.entry(RFC_9113 + "4.3", "field section compression and decompression"),
                    Map.entry(RFC_9113 + "5.1", "stream states"),
                    Map.entry(RFC_9113 + "5.1.1", "stream identifiers"),
                    Map.entry(RFC_9113 + "5.1.2", "stream concurrency"),
                    Map.entry(RFC_9113 + "5.3.1", "dependencies, as RFC 7540 has them"),
                    Map.entry(RFC_9113 + "5.5", "extending HTTP/2"),
                    Map.entry(RFC_9113 + "6.1", "DATA"),
                    Map.entry(RFC_9113 + "6.2", "HEADERS"),
                    Map.entry(RFC_9113 + "6.3", "PRIORITY"),
                    Map.entry(RFC_9113 + "6.4", "RST_STREAM"),
                    Map.entry(RFC_9113 + "6.5", "SETTINGS"),
                    Map.entry(RFC_9113 + "6.5.2", "defined settings"),
                    Map.entry(RFC_9113 + "6.5.3", "settings synchronization"),
                    Map.entry(RFC_9113 + "6.6", "PUSH_PROMISE"),
                    Map.entry(RFC_9113 + "6.7", "PING"),
                    Map.entry(RFC_9113 + "6.8", "GOAWAY"),
                    Map.entry(RFC_9113 + "6.9", "WINDOW_UPDATE"),
                    Map.entry(RFC_9113 + "6.9.1", "the flow-control window"),
                    Map.entry(RFC_9113 + "6.9.2", "initial flow-control window size"),
                    Map.entry(RFC_9113 + "6.10", "CONTINUATION"),
                    Map.entry(RFC_9113 + "7", "error codes"),
                    Map.entry(RFC_9113 + "8.1", "HTTP message framing"),
                    Map.entry(RFC_9113 + "8.1.1", "malformed messages"),
                    Map.entry(RFC_9113 + "8.2.1", "field validity"),
                    Map.entry(RFC_9113 + "8.2.2", "connection-specific header fields"),
                    Map.entry(RFC_9113 + "8.3", "HTTP control data"),
                    Map.entry(RFC_9113 + "8.3.1", "request pseudo-header fields"),
                    Map.entry(RFC_9113 + "8.3.2", "response pseudo-header fields"),
                    Map.entry(RFC_9113 + "8.4", "server push"),
                    Map.entry(RFC_9113 + "8.5", "the CONNECT method"),
                    Map.entry(RFC_9113 + "8.6", "the Upgrade header field"),
                    Map.entry(RFC_9113 + "8.7", "request reliability"),
                    Map.entry(RFC_9113 + "10.5.1", "limits on field block size"),
                    Map.entry("RFC 7541, 2.3.3", "index address space"),
                    Map.entry("RFC 7541, 4.1", "calculating table size"),
                    Map.entry("RFC 7541, 4.2", "maximum table size"),
                    Map.entry("RFC 7541, 5.1", "integer representation"),
                    Map.entry("RFC 7541, 5.2", "string literal representation"),
                    Map.entry("RFC 7541, 6.1", "indexed header field representation"),
                    Map.entry("RFC 7541, 6.2.1", "literal with incremental indexing"),
                    Map.entry("RFC 7541, 6.2.2", "literal without indexing"),
                    Map.entry("RFC 7541, 6.2.3", "literal never indexed"),
                    Map.entry("RFC 7541, 6.3", "dynamic table size update"),
                    Map.entry("RFC 8441, 3", "SETTINGS_ENABLE_CONNECT_PROTOCOL"),
                    Map.entry("RFC 8441, 4", "the :protocol pseudo-header field"),
                    Map.entry("RFC 9110, 8.6", "Content-Length"));

    /// What a client, and what a server, gets for the same.
    private static final class Outcomes {
        private String client = "";
        private String server = "";
    }

    private final Map<String, Map<String, Outcomes>> sections =
            new TreeMap<>(Comparator.comparing(Http2ConformancePageTest::order));

    @Test
    void thePageIsWhatTheTablesSay() throws Exception {
        Path page = Distribution.ROOT.resolve("docs/http2-conformance.md");
        String computed = page();
        if (System.getProperty("golden.update") != null) {
            Files.writeString(page, computed);
        }
        assertThat(Files.exists(page) ? Files.readString(page) : "")
                .as("docs/http2-conformance.md, which this command refreshes: %s", REFRESH)
                .isEqualTo(computed);
    }

    private String page() {
        List<Http2Rule> clients =
                Stream.of(
                                Http2ServerRules.all(),
                                Http2ServerMessageRules.compression(),
                                Http2ServerMessageRules.all())
                        .flatMap(List::stream)
                        .toList();
        List<Http2ClientRule> servers =
                Stream.of(
                                Http2ClientRules.all(),
                                Http2ClientMessageRules.compression(),
                                Http2ClientMessageRules.all())
                        .flatMap(List::stream)
                        .toList();
        clients.forEach(rule -> {
            Outcomes outcomes = outcomes(rule.section(), rule.text());
            assertThat(outcomes.client).as("%s appears once", rule).isEmpty();
            outcomes.client = words(rule.expected(), rule.details());
        });
        servers.forEach(rule -> {
            Outcomes outcomes = outcomes(rule.section(), rule.text());
            assertThat(outcomes.server).as("%s appears once", rule).isEmpty();
            outcomes.server = words(rule);
        });
        var page = new StringBuilder(START.formatted(clients.size(), servers.size(), REFRESH));
        sections.forEach((section, cases) -> append(page, section, cases));
        return page.toString();
    }

    private Outcomes outcomes(String section, String text) {
        String name = section.startsWith("RFC") ? section : RFC_9113 + section;
        return sections.computeIfAbsent(name, _ -> new LinkedHashMap<>())
                .computeIfAbsent(text, _ -> new Outcomes());
    }

    private static String words(Http2Rule.Expected expected, @Nullable String details) {
        return details == null ? expected.toString() : expected + ", `" + details + "`";
    }

    /// What the upstream gets, and the status and the flags of the request.
    private static String words(Http2ClientRule rule) {
        String[] entry = rule.entry().split(" ");
        String request = entry[2].equals("-") ? entry[0] : entry[0] + " " + entry[2];
        return rule.expected() instanceof Http2Rule.Expected.Ignored
                ? request
                : rule.expected() + "; " + request;
    }

    private static void append(StringBuilder page, String section, Map<String, Outcomes> cases) {
        assertThat(TITLES).as("titles of sections").containsKey(section);
        page.append("\n## ").append(section).append(": ").append(TITLES.get(section));
        page.append("\n\n| what is sent | by a client | by an upstream |\n| --- | --- | --- |\n");
        cases.forEach((text, outcomes) ->
                page.append("| ")
                        .append(text)
                        .append(cell(outcomes.client))
                        .append(cell(outcomes.server))
                        .append(" |\n"));
    }

    private static String cell(String text) {
        return text.isEmpty() ? " |" : " | " + text;
    }

    /// RFC 9113 first; numbers as numbers.
    private static String order(String section) {
        var order = new StringBuilder(section.startsWith(RFC_9113) ? "0" : "1");
        Arrays.stream(section.split("\\D+"))
                .filter(part -> !part.isEmpty())
                .forEach(part -> order.append(String.format("%05d", Integer.parseInt(part))));
        return order.toString();
    }
}
