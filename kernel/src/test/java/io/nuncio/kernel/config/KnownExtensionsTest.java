package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class KnownExtensionsTest {
    private static final Pattern NOTE = Pattern.compile("\\[#extension: *([a-z0-9_.]+)]");

    private final KnownExtensions known = new KnownExtensions();

    @Test
    void everyExtensionThatTheSourcesOfTheApiNoteIsKnown() throws Exception {
        Set<String> noted = new TreeSet<>();
        Path jar =
                Path.of(
                        Bootstrap.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().toList()) {
                if (entry.getName().endsWith(".proto") && entry.getName().contains("/v3/")) {
                    byte[] source = file.getInputStream(entry).readAllBytes();
                    Matcher note = NOTE.matcher(new String(source, StandardCharsets.UTF_8));
                    while (note.find()) {
                        noted.add(note.group(1));
                    }
                }
            }
        }
        assertThat(noted).hasSizeGreaterThan(200).allMatch(known::contains);
    }

    @Test
    void extensionsWithoutANoteAreKnownToo() {
        assertThat(known.contains("envoy.cluster.logical_dns")).isTrue();
        assertThat(known.contains("envoy.filters.network.mysql_proxy")).isFalse();
        assertThat(known.contains("# Left out of the notes.")).isFalse();
    }

    @Test
    void whatIsKnownIsNotAbsent() {
        AbsentExtensions absent = new AbsentExtensions();
        assertThat(
                        Resources.text("known-extensions.txt")
                                .lines()
                                .filter(name -> absent.message(name) != null))
                .isEmpty();
    }
}
