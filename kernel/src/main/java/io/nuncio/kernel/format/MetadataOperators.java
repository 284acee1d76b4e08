package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.REQUIRED;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.ClusterInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/// Operators that read metadata.
final class MetadataOperators {
    private MetadataOperators() {}

    /// What METADATA knows, by the name of its first argument.
    private static final Map<String, BiFunction<StreamInfo, String, @Nullable Struct>> SOURCES =
            Map.of(
                    "DYNAMIC", StreamInfo::metadata,
                    "CLUSTER", MetadataOperators::clusterMetadata,
                    "ROUTE", MetadataOperators::routeMetadata,
                    "UPSTREAM_HOST", MetadataOperators::hostMetadata,
                    "LISTENER", MetadataOperators::listenerMetadata,
                    "LISTENER_FILTER_CHAIN", MetadataOperators::filterChainMetadata);

    /// Kinds of metadata that no configuration can have yet, since the fields are refused.
    static final Set<String> WITHOUT_VALUE = Set.of("VIRTUAL_HOST");

    static void addTo(Operators operators) {
        add(operators, "DYNAMIC_METADATA", StreamInfo::metadata);
        add(operators, "CLUSTER_METADATA", MetadataOperators::clusterMetadata);
        add(operators, "UPSTREAM_METADATA", MetadataOperators::hostMetadata);
        operators.add("METADATA", REQUIRED, true, MetadataOperators::ofKind);
    }

    private static Piece ofKind(String argument, int maxLength) throws InvalidFormat {
        int colon = argument.indexOf(':');
        String kind = colon < 0 ? argument : argument.substring(0, colon);
        BiFunction<StreamInfo, String, @Nullable Struct> source = SOURCES.get(kind);
        if (source == null && !WITHOUT_VALUE.contains(kind)) {
            throw new InvalidFormat(kind + " is not supported type of metadata");
        }
        return piece(
                source == null ? (_, _) -> null : source,
                colon < 0 ? "" : argument.substring(colon + 1),
                maxLength);
    }

    private static void add(
            Operators operators,
            String name,
            BiFunction<StreamInfo, String, @Nullable Struct> source) {
        operators.add(
                name, REQUIRED, true, (argument, maxLength) -> piece(source, argument, maxLength));
    }

    /// @param argument the namespace and the keys within it
    private static Piece piece(
            BiFunction<StreamInfo, String, @Nullable Struct> source,
            String argument,
            int maxLength) {
        List<String> path = List.of(argument.split(":", -1));
        String namespace = path.getFirst();
        List<String> keys = path.subList(1, path.size());
        return new Pieces.Typed(
                context -> at(source.apply(context.info(), namespace), keys), false, maxLength);
    }

    private static @Nullable Struct clusterMetadata(StreamInfo info, String namespace) {
        ClusterInfo cluster = info.clusterInfo();
        return cluster == null ? null : cluster.metadata().getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Struct routeMetadata(StreamInfo info, String namespace) {
        return info.route().metadata().getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Struct listenerMetadata(StreamInfo info, String namespace) {
        return info.downstream().listenerMetadata().getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Struct filterChainMetadata(StreamInfo info, String namespace) {
        return info.downstream().filterChainMetadata().getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Struct hostMetadata(StreamInfo info, String namespace) {
        UpstreamInfo upstream = info.upstream();
        Metadata metadata = upstream == null ? null : upstream.host().metadata();
        return metadata == null ? null : metadata.getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Value at(@Nullable Struct struct, List<String> keys) {
        if (struct == null) {
            return null;
        }
        Value value = Value.newBuilder().setStructValue(struct).build();
        for (String key : keys) {
            if (!value.hasStructValue()) {
                return null;
            }
            Value next = value.getStructValue().getFieldsMap().get(key);
            if (next == null) {
                return null;
            }
            value = next;
        }
        return value;
    }
}
