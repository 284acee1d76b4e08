package io.nuncio.spi;

import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;

/// An object of the filter state that says how logs and headers print it; a text, a number, a
/// boolean and a protobuf message are printed without that. Thread: the stream's worker.
@ConsumerType
public interface FilterStateObject {
    /// The text of an object of the filter state, those that are no [FilterStateObject] among them:
    /// texts, numbers, booleans, addresses, and lists of these, joined by commas; null if it has
    /// none.
    static @Nullable String textOf(@Nullable Object object) {
        return switch (object) {
            case FilterStateObject own -> own.text();
            case CharSequence text -> text.toString();
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            case Address address -> address.toString();
            case List<?> texts -> String.join(",", texts.stream().map(String::valueOf).toList());
            case null, default -> null;
        };
    }

    /// For `FILTER_STATE(key:PLAIN)`; null if it has no text.
    default @Nullable String text() {
        return null;
    }

    /// For `FILTER_STATE(key:TYPED)`, printed as JSON; null if there is none.
    default @Nullable Message message() {
        return null;
    }

    /// True if streams that share such objects with their upstream connections ([SharedState]) have
    /// the same connection only if the objects are equal. Pools of connections keep such objects,
    /// and longer than a bundle lives: where a text says it, use a [HashableText].
    default boolean keepsConnectionsApart() {
        return false;
    }

    /// For `FILTER_STATE(key:FIELD:name)`: a text or a number, null if it has no such field.
    default @Nullable Object field(String name) {
        return null;
    }
}
