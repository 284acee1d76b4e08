package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.listener.v3.Filter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class ExtensionPointsTest {
    private static final Path TABLE =
            Path.of("src/main/resources/io/nuncio/kernel/config/extension-points.txt");
    private static final Pattern CATEGORY =
            Pattern.compile("\\[#extension-category: *([a-z0-9_., ]+)]");
    private static final Pattern FIELD =
            Pattern.compile("^(?:repeated |optional )?(map<[^>]+>|[\\w.]+) +(\\w+) *= *\\d+");

    /// What the notes leave out, or say less than Envoy does; an empty category removes a note.
    private static final Map<String, String> CORRECTIONS =
            Map.ofEntries(
                    Map.entry(
                            "envoy.config.cluster.v3.Cluster.transport_socket",
                            "envoy.transport_sockets.upstream"),
                    Map.entry(
                            "envoy.config.cluster.v3.Filter.typed_config",
                            "envoy.filters.upstream_network"),
                    Map.entry(
                            "envoy.config.accesslog.v3.ExtensionFilter.typed_config",
                            "envoy.access_loggers.extension_filters"),
                    Map.entry(
                            "envoy.config.route.v3.ClusterSpecifierPlugin.extension",
                            "envoy.router.cluster_specifier_plugin"),
                    Map.entry(
                            "envoy.config.route.v3.RouteConfiguration.typed_per_filter_config",
                            "envoy.filters.http"),
                    Map.entry(
                            "envoy.config.route.v3.VirtualHost.typed_per_filter_config",
                            "envoy.filters.http"),
                    Map.entry(
                            "envoy.config.route.v3.Route.typed_per_filter_config",
                            "envoy.filters.http"),
                    Map.entry(
                            "envoy.config.route.v3.WeightedCluster.ClusterWeight.typed_per_filter_config",
                            "envoy.filters.http"),
                    Map.entry(
                            "envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension.typed_config",
                            "envoy.request_id"),
                    // The same message lists the filters of an upstream.
                    Map.entry(
                            "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter.typed_config",
                            "envoy.filters.http,envoy.filters.http.upstream"),
                    Map.entry(
                            "envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider.typed_config",
                            "envoy.tls.key_providers"),
                    // Which inputs fit depends on what is matched, which the message does not say.
                    Map.entry(
                            "envoy.config.common.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate.input",
                            ""),
                    Map.entry(
                            "xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate.input",
                            ""));

    @Test
    void theTableIsWhatTheSourcesOfTheApiSay() throws Exception {
        StringBuilder computed =
                new StringBuilder(
                                "# Fields of Envoy's API that take an extension, and its category."
                                        + " Computed: ")
                        .append("ExtensionPointsTest with -Dgolden.update rewrites it.\n");
        fromSources()
                .forEach((field, categories) ->
                        computed.append(field).append(' ').append(categories).append('\n'));
        if (System.getProperty("golden.update") != null) {
            Files.writeString(TABLE, computed);
        }
        assertThat(Files.readString(TABLE)).isEqualTo(computed.toString());
    }

    @Test
    void aNetworkFiltersConfigurationTakesNetworkFilters() {
        var field = Filter.getDescriptor().findFieldByName("typed_config");
        assertThat(new ExtensionPoints().categories(field))
                .containsExactly("envoy.filters.network");
    }

    @Test
    void anOrdinaryFieldTakesNoExtension() {
        var field = Bootstrap.getDescriptor().findFieldByName("node");
        assertThat(new ExtensionPoints().categories(field)).isEmpty();
    }

    private static Map<String, String> fromSources() throws Exception {
        Path jar =
                Path.of(
                        Bootstrap.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        Map<String, String> fields = new TreeMap<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().toList()) {
                boolean current =
                        entry.getName().startsWith("envoy/") || entry.getName().startsWith("xds/");
                if (current
                        && entry.getName().endsWith(".proto")
                        && entry.getName().contains("/v3/")) {
                    read(
                            new String(
                                    file.getInputStream(entry).readAllBytes(),
                                    StandardCharsets.UTF_8),
                            fields);
                }
            }
        }
        fields.putAll(CORRECTIONS);
        fields.values().removeIf(String::isEmpty);
        return fields;
    }

    /// A block of the source: the message's name, or empty for any other; the category of a oneof's
    /// fields.
    private record Block(String message, String category) {}

    private static void read(String source, Map<String, String> fields) throws IOException {
        String packageName = "";
        String pending = "";
        Deque<Block> blocks = new ArrayDeque<>();
        StringBuilder statement = new StringBuilder();
        for (String raw : source.lines().toList()) {
            String line = raw.strip();
            if (line.startsWith("//")) {
                Matcher category = CATEGORY.matcher(line);
                if (category.find()) {
                    String names = category.group(1).replace(" ", "");
                    pending = pending.isEmpty() ? names : pending + "," + names;
                }
                continue;
            }
            for (char character : (line + " ").toCharArray()) {
                if (character == '{') {
                    String start = statement.toString().strip();
                    boolean option =
                            start.contains("=")
                                    || blocks.stream().anyMatch(b -> b.message().equals("="));
                    String message =
                            start.startsWith("message ")
                                    ? start.substring(8).strip()
                                    : option ? "=" : "";
                    blocks.push(new Block(message, start.startsWith("oneof ") ? pending : ""));
                    if (!option) {
                        statement.setLength(0);
                        pending = "";
                    }
                } else if (character == '}') {
                    boolean option = blocks.pop().message().equals("=");
                    if (!option) {
                        statement.setLength(0);
                    }
                } else if (character == ';'
                        && blocks.stream().noneMatch(b -> b.message().equals("="))) {
                    String text = statement.toString().strip();
                    statement.setLength(0);
                    if (text.startsWith("package ")) {
                        packageName = text.substring(8);
                    }
                    Matcher field = FIELD.matcher(text);
                    if (field.find() && !text.startsWith("option ")) {
                        Block block = blocks.peek();
                        String category =
                                !pending.isEmpty()
                                        ? pending
                                        : block == null ? "" : block.category();
                        pending = "";
                        if (!category.isEmpty() && takesExtension(field.group(1))) {
                            fields.put(packageName + "." + path(blocks) + field.group(2), category);
                        }
                    }
                } else {
                    statement.append(character);
                }
            }
        }
    }

    private static boolean takesExtension(String type) {
        return type.contains("Any")
                || type.endsWith("TypedExtensionConfig")
                || type.endsWith("TransportSocket");
    }

    private static String path(Deque<Block> blocks) {
        List<String> names = new ArrayList<>();
        blocks.descendingIterator().forEachRemaining(block -> names.add(block.message()));
        names.removeIf(String::isEmpty);
        return names.isEmpty() ? "" : String.join(".", names) + ".";
    }
}
