package io.nuncio.spi;

import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// One command operator of a format string: immutable, shared by all workers.
@ConsumerType
public interface FormatCommand {
    /// The text, null where there is none (printed as `-`). Chars up to 0xff are bytes, as in a
    /// [HeaderMap]; a text with other chars is written as UTF-8. Thread: the worker.
    @Nullable String text(FormatContext context);

    /// The value with its type for JSON formats, null where there is none; a string of [#text] by
    /// default.
    default @Nullable Value value(FormatContext context) {
        String text = text(context);
        return text == null ? null : Value.newBuilder().setStringValue(text).build();
    }
}
