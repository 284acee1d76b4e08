package io.nuncio.kernel.match;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A place in the dynamic metadata of a stream.
///
/// @param namespace usually the name of a filter
/// @param keys from the namespace's struct inwards, at least one
public record MetadataPath(String namespace, List<String> keys) {
    public MetadataPath {
        keys = List.copyOf(keys);
    }

    public static MetadataPath of(MetadataMatcher config) {
        return new MetadataPath(
                config.getFilter(),
                config.getPathList().stream().map(MetadataMatcher.PathSegment::getKey).toList());
    }

    /// @return null if nothing is there
    public @Nullable Value value(StreamInfo info) {
        Struct struct = info.metadata(namespace);
        Value value = null;
        for (int i = 0; i < keys.size(); i++) {
            if (struct == null) {
                return null;
            }
            value = struct.getFieldsMap().get(keys.get(i));
            struct = value != null && value.hasStructValue() ? value.getStructValue() : null;
        }
        return value;
    }
}
