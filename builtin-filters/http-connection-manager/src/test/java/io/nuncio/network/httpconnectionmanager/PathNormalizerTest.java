package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

class PathNormalizerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/a", "/a/b/c", "/a//b", "/a.b/c..d", "/a;v=1/@:!$&'()*+,=", "/%2F"})
    void aCanonicalPathStaysAsItIs(String path) {
        assertThat(PathNormalizer.canonical(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b/../c, /a/c",
        "/a/b/./c, /a/b/c",
        "a/b/../c, /a/c",
        "/a/../../../b, /b",
        "/../a, /a",
        "/./a, /a",
        "/a/.., /",
        "/a/b/.., /a/",
        "/a/., /a/",
        ".., /",
        "/a//../b, /a/b",
        "/a/.../b, /a/.../b",
        "/a/.b, /a/.b",
        "/a/..b, /a/..b"
    })
    void dotSegmentsAreResolved(String path, String canonical) {
        assertThat(PathNormalizer.canonical(path)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "/a/%2E%2E/b, /b",
        "/a/%2e%2e/b, /b",
        "/a/.%2e/b, /b",
        "/a/%2E/b, /a/b",
        "/a/b%2Ec, /a/b.c"
    })
    void escapedDotsCountAsDots(String path, String canonical) {
        assertThat(PathNormalizer.canonical(path)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({"/a\\b, /a/b", "/a/..\\b, /b", "\\a, /a"})
    void backslashesAreTurned(String path, String canonical) {
        assertThat(PathNormalizer.canonical(path)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "/%41%7A%30%2D%5f%7e, /Az0-_~",
        "/%2f%2F, /%2f%2F",
        "/%5c%25, /%5c%25",
        "/%c0%af, /%c0%af",
        "/%zz%4, /%zz%4"
    })
    void onlyUnreservedCharactersAreUnescaped(String path, String canonical) {
        assertThat(PathNormalizer.canonical(path)).isEqualTo(canonical);
    }

    @Test
    void whatMayNotStandInAPathIsEscaped() {
        assertThat(PathNormalizer.canonical("/a b\"<>^`{|}\u007f\u00e4"))
                .isEqualTo("/a%20b%22%3C%3E%5E%60%7B%7C%7D%7F%E4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/.%00../b", "/a/%00.%00./b", "/AAA%%0000/b", "/a\u0000b"})
    void aNulCannotBeMadeCanonical(String path) {
        assertThat(PathNormalizer.canonical(path)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/a//b/c, /a/b/c",
        "//a/b, /a/b",
        "/a/b//, /a/b/",
        "/a///b////c, /a/b/c",
        "a//b, a/b",
        "/a, /a"
    })
    void slashesInARowBecomeOne(String path, String merged) {
        assertThat(PathNormalizer.mergeSlashes(path)).isEqualTo(merged);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/b.c", "/", "/a//b", "/~a-_b"})
    void aPathThatIsPlainIsCanonical(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(PathNormalizer.isPlain(bytes, 0, bytes.length)).isTrue();
        assertThat(PathNormalizer.canonical(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/..", "/a/./b", "/a\\b", "/%41", "/a b", "/\u00e4"})
    void aPathThatMayChangeIsNotPlain(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(PathNormalizer.isPlain(bytes, 0, bytes.length)).isFalse();
    }
}
