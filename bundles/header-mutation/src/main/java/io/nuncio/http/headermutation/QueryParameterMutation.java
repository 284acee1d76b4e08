package io.nuncio.http.headermutation;

import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.KeyValueAppend;
import io.envoyproxy.envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction;
import io.envoyproxy.envoy.config.core.v3.KeyValueMutation;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.FormatContext;

import org.jspecify.annotations.Nullable;

/// One change of a query parameter.
sealed interface QueryParameterMutation {
    /// @param context what command operators in values read
    void apply(QueryParameters parameters, FormatContext context);

    /// @return null if it is wrong; the problem is reported
    static @Nullable QueryParameterMutation from(KeyValueMutation message, FactoryContext context) {
        if (message.hasAppend() && !message.getRemove().isEmpty()) {
            context.problems().add("", "has both append and remove; expected one of them");
            return null;
        }
        if (message.hasAppend()) {
            return append(message.getAppend(), context);
        }
        if (message.getRemove().isEmpty()) {
            context.problems().add("", "names no mutation; expected append or remove");
            return null;
        }
        return new Remove(QueryParameters.latin1(message.getRemove()));
    }

    private static @Nullable QueryParameterMutation append(
            KeyValueAppend message, FactoryContext context) {
        if (!message.hasRecord()) {
            context.problems().add("append.record", "is missing");
            return null;
        }
        if (message.getRecord().getValue().getKindCase() != Value.KindCase.STRING_VALUE) {
            context.problems().add("append.record.value", "expected text");
            return null;
        }
        return new Append(
                QueryParameters.latin1(message.getRecord().getKey()),
                context.format(
                        "append.record.value",
                        text(message.getRecord().getValue().getStringValue())),
                message.getAction());
    }

    /// An operator without a value stands for nothing.
    private static SubstitutionFormatString text(String format) {
        return SubstitutionFormatString.newBuilder()
                .setTextFormatSource(DataSource.newBuilder().setInlineString(format))
                .setOmitEmptyValues(true)
                .build();
    }

    /// Adds or overwrites a parameter.
    record Append(String name, Format value, KeyValueAppendAction action)
            implements QueryParameterMutation {
        @Override
        public void apply(QueryParameters parameters, FormatContext context) {
            switch (action) {
                case APPEND_IF_EXISTS_OR_ADD, UNRECOGNIZED ->
                        parameters.add(name, value.format(context));
                case ADD_IF_ABSENT -> {
                    if (!parameters.contains(name)) {
                        parameters.add(name, value.format(context));
                    }
                }
                case OVERWRITE_IF_EXISTS_OR_ADD ->
                        parameters.overwrite(name, value.format(context));
                case OVERWRITE_IF_EXISTS -> {
                    if (parameters.contains(name)) {
                        parameters.overwrite(name, value.format(context));
                    }
                }
            }
        }
    }

    /// Removes every value of a parameter.
    record Remove(String name) implements QueryParameterMutation {
        @Override
        public void apply(QueryParameters parameters, FormatContext context) {
            parameters.remove(name);
        }
    }
}
