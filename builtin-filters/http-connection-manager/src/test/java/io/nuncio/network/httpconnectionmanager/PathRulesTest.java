package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.nuncio.spi.RequestHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathRulesTest {
    private final HttpConnectionManager.Builder config = HttpConnectionManager.newBuilder();
    private final RequestHeaders headers = RequestHeaders.of("GET", "http", "example.com", "/");

    private PathRules.Outcome path(String path) {
        headers.path(path);
        return PathRules.from(config.build()).applyToPath(headers);
    }

    private String host(String host) {
        headers.authority(host);
        PathRules.from(config.build()).applyToHost(headers, 10000);
        return headers.authority();
    }

    @Test
    void byDefaultAPathIsNotTouched() {
        assertThat(path("/a/../b//c%2Fd?x=//")).isEqualTo(PathRules.Outcome.OK);
        assertThat(headers.path()).isEqualTo("/a/../b//c%2Fd?x=//");
    }

    @Test
    void aPathWithAFragmentIsRejected() {
        assertThat(path("/a#b")).isEqualTo(PathRules.Outcome.REJECTED);
        assertThat(path("/a?b#c")).isEqualTo(PathRules.Outcome.REJECTED);
    }

    @Test
    void normalizePathMakesThePathCanonicalAndLeavesTheQuery() {
        config.setNormalizePath(BoolValue.of(true));
        assertThat(path("/a/../b//c?x=/../y")).isEqualTo(PathRules.Outcome.OK);
        assertThat(headers.path()).isEqualTo("/b//c?x=/../y");
    }

    @Test
    void normalizePathRejectsWhatItCannotMakeCanonical() {
        config.setNormalizePath(BoolValue.of(true));
        assertThat(path("/a%00b")).isEqualTo(PathRules.Outcome.REJECTED);
    }

    @ParameterizedTest
    @CsvSource({"//a/b, /a/b", "/a///b//?c=//d, /a/b/?c=//d", "/a/b?//, /a/b?//", "/a//b?, /a/b?"})
    void mergeSlashesLeavesTheQueryAlone(String path, String merged) {
        config.setMergeSlashes(true);
        assertThat(path(path)).isEqualTo(PathRules.Outcome.OK);
        assertThat(headers.path()).isEqualTo(merged);
    }

    @Test
    void slashesAreMergedAfterNormalization() {
        config.setNormalizePath(BoolValue.of(true)).setMergeSlashes(true);
        path("/a\\/b/./%2e%2e//c");
        assertThat(headers.path()).isEqualTo("/a/c");
    }

    @Test
    void escapedSlashesCanBeKept() {
        config.setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.KEEP_UNCHANGED);
        assertThat(path("/a%2Fb%5c")).isEqualTo(PathRules.Outcome.OK);
        assertThat(headers.path()).isEqualTo("/a%2Fb%5c");
    }

    @Test
    void escapedSlashesCanBeRejected() {
        config.setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.REJECT_REQUEST);
        assertThat(path("/a%2fb")).isEqualTo(PathRules.Outcome.REJECTED);
        assertThat(path("/a%5Cb")).isEqualTo(PathRules.Outcome.REJECTED);
        assertThat(path("/ab%20?%2F")).isEqualTo(PathRules.Outcome.OK);
    }

    @Test
    void escapedSlashesCanBeUnescapedAndForwarded() {
        config.setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD);
        assertThat(path("/a%2Fb%5Cc?d%2f")).isEqualTo(PathRules.Outcome.OK);
        assertThat(headers.path()).isEqualTo("/a/b\\c?d%2f");
    }

    @Test
    void escapedSlashesCanBeUnescapedWithARedirect() {
        config.setNormalizePath(BoolValue.of(true))
                .setPathWithEscapedSlashesAction(
                        PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT);
        assertThat(path("/a%2F..%2Fb?c")).isEqualTo(PathRules.Outcome.REDIRECT);
        assertThat(headers.path()).isEqualTo("/b?c");
        assertThat(path("/plain")).isEqualTo(PathRules.Outcome.OK);
    }

    @Test
    void byDefaultAHostIsNotTouched() {
        assertThat(host("example.com.:10000")).isEqualTo("example.com.:10000");
    }

    @ParameterizedTest
    @CsvSource({
        "example.com:10000, example.com",
        "example.com:010000, example.com",
        "example.com:10001, example.com:10001",
        "example.com, example.com",
        "[2001:db8::1]:10000, [2001:db8::1]",
        "[2001:db8::1], [2001:db8::1]",
        "example.com:, example.com:",
        "example.com:1x, example.com:1x"
    })
    void stripMatchingHostPortRemovesThePortOfTheListener(String host, String stripped) {
        config.setStripMatchingHostPort(true);
        assertThat(host(host)).isEqualTo(stripped);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com:443, example.com",
        "[2001:db8::1]:443, [2001:db8::1]",
        "[2001:db8::1], [2001:db8::1]",
        "example.com, example.com"
    })
    void stripAnyHostPortRemovesEveryPort(String host, String stripped) {
        config.setStripAnyHostPort(true);
        assertThat(host(host)).isEqualTo(stripped);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com., example.com",
        "example.com.:443, example.com:443",
        "example.com, example.com",
        "192.0.2.1:443, 192.0.2.1:443"
    })
    void stripTrailingHostDotRemovesTheDotOfTheRoot(String host, String stripped) {
        config.setStripTrailingHostDot(true);
        assertThat(host(host)).isEqualTo(stripped);
    }

    @Test
    void theDotGoesBeforeThePort() {
        config.setStripTrailingHostDot(true).setStripAnyHostPort(true);
        assertThat(host("example.com.:443")).isEqualTo("example.com");
    }
}
