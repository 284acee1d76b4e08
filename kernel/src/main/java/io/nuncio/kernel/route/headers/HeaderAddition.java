package io.nuncio.kernel.route.headers;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;

import org.jspecify.annotations.Nullable;

/// One header to add, with a value that is constant or has command operators.
///
/// @param constant the value, if `format` is null
/// @param keepEmpty true to add the header even if its value is empty
record HeaderAddition(
        HeaderName name,
        String constant,
        @Nullable Format format,
        HeaderAppendAction action,
        boolean keepEmpty) {

    /// @return null if the name is wrong; the problem is reported
    static @Nullable HeaderAddition of(
            HeaderValueOption option, FactoryContext context, String field) {
        String key = option.getHeader().getKey();
        return of(
                HeaderRules.modifiableName(key, context.problems(), field + ".header.key"),
                option,
                context,
                field);
    }

    /// The same for any header, pseudo-headers among them, which have one value.
    static @Nullable HeaderAddition ofAny(
            HeaderValueOption option, FactoryContext context, String field) {
        HeaderName name =
                HeaderRules.anyName(
                        option.getHeader().getKey(), context.problems(), field + ".header.key");
        HeaderAddition addition = of(name, option, context, field);
        if (name != null
                && name.pseudo()
                && addition != null
                && addition.action() == HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD) {
            context.problems()
                    .add(
                            field + ".append_action",
                            name
                                    + " has one value; expected one of ADD_IF_ABSENT,"
                                    + " OVERWRITE_IF_EXISTS, OVERWRITE_IF_EXISTS_OR_ADD");
        }
        return addition;
    }

    private static @Nullable HeaderAddition of(
            @Nullable HeaderName name,
            HeaderValueOption option,
            FactoryContext context,
            String field) {
        HeaderAppendAction action = option.getAppendAction();
        if (option.hasAppend()) {
            if (action != HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD) {
                context.problems()
                        .add(
                                field,
                                "has both append and append_action; expected only append_action");
            }
            action =
                    option.getAppend().getValue()
                            ? HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD
                            : HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
        }
        String value = HeaderText.of(option.getHeader().getValue());
        Format format =
                value.indexOf('%') < 0 ? null : format(value, context, field + ".header.value");
        if (format == null && !HeaderText.valid(value)) {
            context.problems()
                    .add(
                            field + ".header.value",
                            "has a line break or NUL, which no header may have");
        }
        return name == null
                ? null
                : new HeaderAddition(name, value, format, action, option.getKeepEmptyValue());
    }

    /// An operator without a value stands for nothing in a header, not for a dash.
    private static Format format(String value, FactoryContext context, String field) {
        return context.format(
                field,
                SubstitutionFormatString.newBuilder()
                        .setTextFormatSource(DataSource.newBuilder().setInlineString(value))
                        .setOmitEmptyValues(true)
                        .build());
    }

    String value(FormatContext context) {
        if (format == null) {
            return constant;
        }
        String value = format.format(context);
        return HeaderText.valid(value) ? value : "";
    }
}
