package io.nuncio.spi;

import com.google.protobuf.Struct;

import java.util.List;
import java.util.Map;

/// What one end of a connection within the process gives the other to begin with. Immutable.
///
/// @param metadata dynamic metadata, by namespace
/// @param state objects of the filter state
public record PassthroughState(Map<String, Struct> metadata, List<SharedState> state) {
    public PassthroughState {
        metadata = Map.copyOf(metadata);
        state = List.copyOf(state);
    }
}
