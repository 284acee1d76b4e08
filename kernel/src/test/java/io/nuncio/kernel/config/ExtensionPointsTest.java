package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.listener.v3.Filter;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

class ExtensionPointsTest {
    private static final Path TABLE =
            Path.of("src/main/resources/io/nuncio/kernel/config/extension-points.txt");
    private static final Pattern CATEGORY =
            Pattern.compile("\\[#extension-category: *([a-z0-9_., ]+)]");

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
                    // Of the filters that can be discovered, those of HTTP are.
                    Map.entry(
                            "envoy.config.core.v3.ExtensionConfigSource.default_config",
                            "envoy.filters.http"),
                    Map.entry(
                            "envoy.config.route.v3.ClusterSpecifierPlugin.extension",
                            "envoy.router.cluster_specifier_plugin"),
                    // An input of the matching API does as well.
                    Map.entry(
                            "envoy.config.route.v3.RateLimit.Action.extension",
                            "envoy.rate_limit_descriptors,envoy.matching.http.input"),
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
        Map<String, String> fields = new TreeMap<>();
        for (ProtoSources.Field field : ProtoSources.fields()) {
            String own = categories(field.comment());
            String category = own.isEmpty() ? categories(field.oneofComment()) : own;
            if (!category.isEmpty() && takesExtension(field.type())) {
                fields.put(field.fullName(), category);
            }
        }
        fields.putAll(CORRECTIONS);
        fields.values().removeIf(String::isEmpty);
        return fields;
    }

    private static String categories(String comment) {
        return CATEGORY.matcher(comment)
                .results()
                .map(category -> category.group(1).replace(" ", ""))
                .collect(Collectors.joining(","));
    }

    private static boolean takesExtension(String type) {
        return type.contains("Any")
                || type.endsWith("TypedExtensionConfig")
                || type.endsWith("TransportSocket");
    }
}
