package io.nuncio.spi;

import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// An object of the filter state that says how logs and headers print it; a text, a number, a
/// boolean and a protobuf message are printed without that. Thread: the stream's worker.
@ConsumerType
public interface FilterStateObject {
    /// For `FILTER_STATE(key:PLAIN)`; null if it has no text.
    default @Nullable String text() {
        return null;
    }

    /// For `FILTER_STATE(key:TYPED)`, printed as JSON; null if there is none.
    default @Nullable Message message() {
        return null;
    }

    /// For `FILTER_STATE(key:FIELD:name)`: a text or a number, null if it has no such field.
    default @Nullable Object field(String name) {
        return null;
    }
}
