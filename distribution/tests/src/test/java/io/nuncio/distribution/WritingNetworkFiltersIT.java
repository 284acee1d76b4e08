package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The network filter and the listener filter of `docs/writing-a-filter.md`, as they stand there.
class WritingNetworkFiltersIT {
    private static final Path PAGE =
            Path.of(System.getProperty("nuncio.root"), "docs/writing-a-filter.md");

    @TempDir Path folder;

    private Path bundles;

    @BeforeEach
    void copyBundles() throws IOException {
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
    }

    /// Builds the class of the page, under the name that the bundle has.
    private void install(String type, String category) throws IOException {
        String page = Files.readString(PAGE);
        int place = page.indexOf("public final class " + type);
        int begin = page.lastIndexOf("```java\n", place) + "```java\n".length();
        String source = page.substring(begin, page.indexOf("```", place));
        StampBundle.generation("one")
                .category(category)
                .source(
                        "Stamp",
                        source.replace("package com.acme", "package acme")
                                .replaceAll("\\b" + type + "\\b", "Stamp"))
                .write(bundles.resolve("stamp.jar"));
    }

    private NuncioServer start(String listener) throws Exception {
        return NuncioServer.start(
                bundles,
                """
                static_resources:
                  listeners:
                  - name: in
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                """
                        + listener.indent(4));
    }

    private static String sentTo(NuncioServer server, String text) {
        try (RawClient client = server.client("in")) {
            client.send(text).halfClose();
            return new String(client.readToEnd(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void theNetworkFilterLetsThePasswordPass() throws Exception {
        install("Gate", "NETWORK_FILTER");
        try (NuncioServer server =
                start(
                        """
                        filter_chains:
                        - filters:
                          - name: com.example.stamp
                            typed_config:
                              "@type": type.googleapis.com/google.protobuf.Struct
                              value: { password: "open sesame:" }
                          - name: envoy.filters.network.echo
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo
                        """)) {
            assertThat(sentTo(server, "open sesame:hello")).isEqualTo("hello");
            assertThat(sentTo(server, "let me in, please")).isEmpty();
            server.awaitStat("gate.closed", 1);
        }
    }

    @Test
    void theListenerFilterChoosesTheChain() throws Exception {
        install("Look", "LISTENER_FILTER");
        try (NuncioServer server =
                start(
                        """
                        listener_filters:
                        - name: com.example.stamp
                          typed_config:
                            "@type": type.googleapis.com/google.protobuf.Struct
                        filter_chains:
                        - filter_chain_match: { application_protocols: [acme] }
                          filters:
                          - name: envoy.filters.network.echo
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo
                        """)) {
            assertThat(sentTo(server, "ACME hello")).isEqualTo("ACME hello");
            assertThat(sentTo(server, "GET / HTTP/1.1")).as("no chain is for it").isEmpty();
        }
    }
}
