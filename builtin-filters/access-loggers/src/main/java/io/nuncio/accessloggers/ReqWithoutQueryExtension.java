package io.nuncio.accessloggers;

import io.envoyproxy.envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatCommand;
import io.nuncio.spi.FormatCommands;
import io.nuncio.spi.FormatterFactory;
import io.nuncio.spi.HeaderName;

/// Adds `REQ_WITHOUT_QUERY(X?Y):Z`.
@Extension(
        name = "envoy.formatter.req_without_query",
        type = "envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery",
        category = Category.FORMATTER,
        securityPosture = "unknown")
public final class ReqWithoutQueryExtension implements FormatterFactory<ReqWithoutQuery> {
    private static final String NAME = "REQ_WITHOUT_QUERY";

    @Override
    public FormatCommands configure(ReqWithoutQuery config, FactoryContext context) {
        return (name, argument, maxLength) -> name.equals(NAME) ? parse(argument, maxLength) : null;
    }

    /// @throws IllegalArgumentException if the argument names no headers
    private static FormatCommand parse(String argument, int maxLength) {
        String[] names = argument.split("\\?", -1);
        if (names.length > 2) {
            throw new IllegalArgumentException(
                    "more than one alternative header in `" + argument + "`");
        }
        return new HeaderWithoutQuery(
                HeaderName.of(names[0]),
                names.length == 2 ? HeaderName.of(names[1]) : null,
                maxLength);
    }
}
