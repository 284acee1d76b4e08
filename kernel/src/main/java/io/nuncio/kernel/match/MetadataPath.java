package io.nuncio.kernel.match;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A place in metadata, usually the dynamic metadata of a stream.
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

    public static MetadataPath of(MetadataKey config) {
        return new MetadataPath(
                config.getKey(),
                config.getPathList().stream().map(MetadataKey.PathSegment::getKey).toList());
    }

    /// @return null if nothing is there
    public @Nullable Value value(StreamInfo info) {
        return value(info.metadata(namespace));
    }

    /// The same in other metadata than the stream's.
    ///
    /// @param metadata of the namespace, null if there is none
    public @Nullable Value value(@Nullable Struct metadata) {
        Struct struct = metadata;
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
