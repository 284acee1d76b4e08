package io.nuncio.filterstate;

import io.envoyproxy.envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.SharedState.Sharing;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What is written, in its order. Immutable, shared by all workers.
record FilterStateValues(List<Value> values, Logger log) {
    FilterStateValues {
        values = List.copyOf(values);
    }

    /// One object.
    private record Value(
            String key,
            ObjectKind kind,
            Format format,
            boolean readOnly,
            boolean skipIfEmpty,
            Sharing sharing) {}

    /// @param field of the list; problems are reported below it, by position
    static FilterStateValues from(
            List<FilterStateValue> messages, FactoryContext context, String field) {
        var values = new ArrayList<Value>(messages.size());
        for (int index = 0; index < messages.size(); index++) {
            FactoryContext place = context.in(field + "[" + index + "]", context.name());
            Value value = value(messages.get(index), place);
            if (value != null) {
                values.add(value);
            }
        }
        return new FilterStateValues(values, context.logger());
    }

    private static @Nullable Value value(FilterStateValue message, FactoryContext context) {
        Format format = context.format("format_string", message.getFormatString());
        boolean own = message.getFactoryKey().isEmpty();
        String factory = own ? message.getObjectKey() : message.getFactoryKey();
        ObjectKind kind = ObjectKind.of(factory);
        if (kind == null) {
            context.problems()
                    .add(
                            own ? "object_key" : "factory_key",
                            "'" + factory + "' does not have an object factory");
            return null;
        }
        return new Value(
                message.getObjectKey(),
                kind,
                format,
                message.getReadOnly(),
                message.getSkipIfEmpty(),
                switch (message.getSharedWithUpstream()) {
                    case NONE, UNRECOGNIZED -> Sharing.NONE;
                    case ONCE -> Sharing.ONCE;
                    case TRANSITIVE -> Sharing.TRANSITIVE;
                });
    }

    /// Writes all into the filter state of the stream or connection.
    void apply(FormatContext context) {
        for (Value value : values) {
            String text = text(value.format().format(context));
            if (text.isEmpty() && value.skipIfEmpty()) {
                continue;
            }
            Object object = value.kind().object(text);
            if (object == null) {
                log.debug("`{}` is no value for the filter state {}", text, value.key());
            } else if (!context.info()
                    .filterState(value.key(), object, value.readOnly(), value.sharing())) {
                log.debug(
                        "the filter state {} is kept: it is read-only, or one of the two is",
                        value.key());
            }
        }
    }

    /// A format gives a char for each byte.
    private static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
