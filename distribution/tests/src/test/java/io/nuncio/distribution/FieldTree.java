package io.nuncio.distribution;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.config.ExtensionIndex;
import io.nuncio.kernel.config.ExtensionPoints;
import io.nuncio.kernel.config.FieldTable;
import io.nuncio.kernel.config.MessageTypes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Every message that a bootstrap, or a file of resources, can reach through supported fields, into
/// the configurations of the installed extensions, each with one way to get there.
final class FieldTree {
    private static final String FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";
    private static final String DISCOVERY = "envoy.config.core.v3.ExtensionConfigSource";

    /// What the kernel reads itself, by category.
    private static final Map<String, String> OF_THE_KERNEL =
            Map.of(
                    "envoy.upstream_options",
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "envoy.bootstrap",
                    "envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
                    "envoy.upstream.local_address_selector",
                    "envoy.config.upstream.local_address_selector.v3.DefaultLocalAddressSelector");

    private static final List<String> INPUTS =
            List.of("envoy.matching.network.input", "envoy.matching.http.input");

    /// Extension points of a matcher; the API's sources do not note their categories.
    private static final Map<String, List<String>> OF_MATCHERS =
            Map.of(
                    "xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate.input",
                    INPUTS,
                    "xds.type.matcher.v3.Matcher.MatcherTree.input",
                    INPUTS,
                    "xds.type.matcher.v3.Matcher.MatcherTree.custom_match",
                    List.of(
                            "envoy.matching.network.custom_matchers",
                            "envoy.matching.http.custom_matchers"),
                    "xds.type.matcher.v3.Matcher.OnMatch.action",
                    List.of("envoy.matching.action"));

    private final FieldTable kernel = ConfigLoader.kernelFields();
    private final ExtensionPoints points = new ExtensionPoints();
    private final ExtensionIndex index;
    private final MessageTypes types;
    private final Set<String> seen = new HashSet<>();
    private final Deque<Place> next = new ArrayDeque<>();
    private final List<Place> places = new ArrayList<>();

    private FieldTree(ExtensionIndex index, MessageTypes types) {
        this.index = index;
        this.types = types;
    }

    /// Where a message stands in a text.
    ///
    /// @param root of which message the text is
    /// @param bundle whose table is looked at before the kernel's, empty for none
    /// @param categories of the extension that an envelope here holds
    /// @param before the text up to the message's own fields
    /// @param after the rest of it
    record Place(
            Message root,
            Descriptor message,
            String bundle,
            FieldTable table,
            List<String> categories,
            String path,
            String before,
            String after) {
        /// A text in which the message has this content.
        String text(String content) {
            return before + content + after;
        }

        String path(FieldDescriptor field) {
            return path.isEmpty() ? field.getName() : path + "." + field.getName();
        }
    }

    static List<Place> places(ExtensionIndex index, MessageTypes types) {
        return new FieldTree(index, types).walk();
    }

    private List<Place> walk() {
        root(Bootstrap.getDefaultInstance());
        root(DiscoveryResponse.getDefaultInstance());
        root(Resource.getDefaultInstance());
        for (Place place = next.poll(); place != null; place = next.poll()) {
            places.add(place);
            for (FieldDescriptor field : place.message().getFields()) {
                if (supports(place, field)
                        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    below(place, field);
                }
            }
        }
        return places;
    }

    private void root(Message message) {
        add(
                new Place(
                        message,
                        message.getDescriptorForType(),
                        "",
                        FieldTable.EMPTY,
                        List.of(),
                        "",
                        "{",
                        "}"));
    }

    private boolean supports(Place place, FieldDescriptor field) {
        String message = place.message().getFullName();
        return place.table().supports(message, field.getName())
                || kernel.supports(message, field.getName());
    }

    private void add(Place place) {
        if (seen.add(place.message().getFullName() + " " + place.bundle() + place.categories())) {
            next.add(place);
        }
    }

    private void below(Place place, FieldDescriptor field) {
        String path = place.path(field);
        String open = "\"" + field.getName() + "\": ";
        String close = "";
        Descriptor type = field.getMessageType();
        if (field.isMapField()) {
            FieldDescriptor value = type.findFieldByNumber(2);
            if (value.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                return;
            }
            type = value.getMessageType();
            path += "[\"k\"]";
            open += "{\"k\": ";
            close = "}";
        } else if (field.isRepeated()) {
            path += "[0]";
            open += "[";
            close = "]";
        }
        List<String> own = own(place, field, type);
        List<String> categories = own.isEmpty() ? place.categories() : own;
        String before = place.before() + open;
        String after = close + place.after();
        if (type.getFullName().equals("google.protobuf.Any")) {
            extensions(place, categories, path, before, after);
        } else if (!type.getFullName().startsWith("google.protobuf.")) {
            boolean envelope =
                    type.getName().equals("TypedExtensionConfig")
                            || type.getName().equals("TransportSocket")
                            || type.getFullName().equals(DISCOVERY);
            add(
                    new Place(
                            place.root(),
                            type,
                            place.bundle(),
                            place.table(),
                            envelope ? categories : List.of(),
                            path,
                            before + "{",
                            "}" + after));
        }
    }

    /// A source of configurations from outside is for the category of the configuration that it
    /// stands beside.
    private List<String> own(Place place, FieldDescriptor field, Descriptor type) {
        if (type.getFullName().equals(DISCOVERY)) {
            FieldDescriptor instead = place.message().findFieldByName("typed_config");
            return instead == null ? List.of() : points.categories(instead);
        }
        return place.message().getFullName().equals(DISCOVERY)
                ? List.of()
                : OF_MATCHERS.getOrDefault(field.getFullName(), points.categories(field));
    }

    private void extensions(
            Place place, List<String> categories, String path, String before, String after) {
        for (String category : categories) {
            for (String type : index.types()) {
                ExtensionIndex.Provider provider = index.byType(category, type);
                if (provider != null) {
                    packed(
                            place.root(),
                            type,
                            provider.bundle(),
                            provider.fields(),
                            path,
                            before,
                            after);
                }
            }
            String own = OF_THE_KERNEL.get(category);
            if (own != null) {
                packed(place.root(), own, "", FieldTable.EMPTY, path, before, after);
            }
            if (category.equals("envoy.filters.http") && !isFilterConfig(place)) {
                packed(place.root(), FILTER_CONFIG, "", FieldTable.EMPTY, path, before, after);
            }
        }
    }

    private static boolean isFilterConfig(Place place) {
        return place.message().getFullName().equals(FILTER_CONFIG);
    }

    private void packed(
            Message root,
            String type,
            String bundle,
            FieldTable table,
            String path,
            String before,
            String after) {
        Message message = types.find(type);
        if (message == null || type.startsWith("google.protobuf.")) {
            return;
        }
        Descriptor descriptor = message.getDescriptorForType();
        boolean filterConfig = type.equals(FILTER_CONFIG);
        add(
                new Place(
                        root,
                        descriptor,
                        bundle,
                        table,
                        filterConfig ? List.of("envoy.filters.http") : List.of(),
                        path + "<" + descriptor.getName() + ">",
                        before + "{\"@type\": \"type.googleapis.com/" + type + "\", ",
                        "}" + after));
    }
}
