package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class DirectResponsesTest {
    private final RouteFixture fixture = new RouteFixture();

    @Test
    void bodyMayBeInline() {
        answer("{status: 418, body: {inline_string: \"ein Täßchen\"}}");

        var answer = fixture.entry("a.com/").directResponse();
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("ein Täßchen");
        assertThat(answer.location(RouteFixture.request("a.com/"))).isNull();
    }

    @Test
    void bodyMayBeInlineBytes() {
        answer("{status: 200, body: {inline_bytes: aGk=}}");

        assertThat(fixture.entry("a.com/").directResponse().body()).isEqualTo("hi");
    }

    @Test
    void bodyMayBeMissing() {
        answer("{status: 204}");

        assertThat(fixture.entry("a.com/").directResponse().body()).isEmpty();
    }

    @Test
    void bodyMayBeInAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("body.txt"), "from a file");

        answer("{status: 200, body: {filename: \"%s\"}}".formatted(file));

        assertThat(fixture.entry("a.com/").directResponse().body()).isEqualTo("from a file");
    }

    @Test
    void missingFileIsReported(@TempDir Path folder) {
        answer("{status: 200, body: {filename: \"%s\"}}".formatted(folder.resolve("none")));

        assertThat(fixture.context.reported())
                .singleElement()
                .asString()
                .startsWith(
                        "route_config.virtual_hosts[0].routes[0].direct_response.body.filename:"
                                + " cannot read");
    }

    @Test
    void bodyOver4096BytesIsRefused() {
        answer("{status: 200, body: {inline_string: %s}}".formatted("x".repeat(4097)));

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].direct_response.body.inline_string:"
                            + " response body size is 4097 bytes; maximum is 4096"
                            + " (max_direct_response_body_size_bytes of the route configuration)");
    }

    @Test
    void limitOfTheBodyIsConfigurable() {
        fixture.compile(
                """
                max_direct_response_body_size_bytes: 3
                virtual_hosts:
                - name: one
                  domains: ["*"]
                  routes:
                  - {match: {path: /a}, direct_response: {status: 200, body: {inline_string: abc}}}
                  - {match: {path: /b}, direct_response: {status: 200, body: {inline_string: abcd}}}
                """);

        assertThat(fixture.context.reported())
                .singleElement()
                .asString()
                .contains("routes[1]")
                .contains("4 bytes; maximum is 3");
    }

    @Test
    void bodyThatIsNoTextIsRefused() {
        answer("{status: 200, body: {inline_bytes: /w==}}");

        assertThat(fixture.context.reported())
                .singleElement()
                .asString()
                .contains("is not text in UTF-8");
    }

    @Test
    void missingVariableIsReported() {
        answer("{status: 200, body: {environment_variable: NUNCIO_NO_SUCH_VARIABLE}}");

        assertThat(fixture.context.reported())
                .singleElement()
                .asString()
                .contains("the environment has no variable NUNCIO_NO_SUCH_VARIABLE");
    }

    private void answer(String directResponse) {
        fixture.routes("- {match: {prefix: /}, direct_response: %s}".formatted(directResponse));
    }
}
