package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.LogFilter;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.HttpStream.ReplyBody;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What becomes of the proxy's own replies (`local_reply_config`): the first mapper whose filter
/// lets a reply pass changes it, then a format makes the body.
///
/// @param format for replies whose mapper has none, null for the body as it is
record LocalReplyRules(List<Mapper> mappers, @Nullable BodyFormat format) {
    /// Changes some of the replies.
    ///
    /// @param status 0 to keep the reply's
    /// @param body null to keep the reply's
    /// @param format null for that of all replies
    record Mapper(
            LogFilter filter,
            int status,
            @Nullable String body,
            HeaderChanges headers,
            @Nullable BodyFormat format) {
        static Mapper of(ResponseMapper message, FactoryContext context) {
            return new Mapper(
                    context.platform()
                            .accessLogs()
                            .compileFilter(message.getFilter(), context, "filter"),
                    message.getStatusCode().getValue(),
                    message.hasBody()
                            ? DataSources.text(message.getBody(), context.problems().in("body"))
                            : null,
                    context.headerChanges("headers_to_add", message.getHeadersToAddList()),
                    message.hasBodyFormatOverride()
                            ? BodyFormat.of(
                                    message.getBodyFormatOverride(),
                                    context,
                                    "body_format_override")
                            : null);
        }
    }

    /// How a body is made, and of which type it then is.
    record BodyFormat(Format format, String contentType) {
        private static final String JSON = "application/json";

        static BodyFormat of(
                SubstitutionFormatString message, FactoryContext context, String field) {
            String type = message.getContentType();
            if (type.isEmpty()) {
                type = message.hasJsonFormat() ? JSON : ReplyBody.PLAIN;
            }
            return new BodyFormat(context.format(field, message), type);
        }
    }

    static LocalReplyRules from(LocalReplyConfig message, FactoryContext context) {
        List<Mapper> mappers = new ArrayList<>();
        for (int index = 0; index < message.getMappersCount(); index++) {
            mappers.add(
                    Mapper.of(
                            message.getMappers(index),
                            context.in("mappers[" + index + "]", context.name())));
        }
        return new LocalReplyRules(
                List.copyOf(mappers),
                message.hasBodyFormat()
                        ? BodyFormat.of(message.getBodyFormat(), context, "body_format")
                        : null);
    }

    /// Gives a reply its last form. Filters and formats see the status and the headers as they are
    /// by then.
    ReplyBody apply(ResponseHeaders headers, String body, HttpStream stream) {
        if (mappers.isEmpty() && format == null) {
            return new ReplyBody(body, ReplyBody.PLAIN);
        }
        FormatContext context = stream.formatContext("NotSet");
        String text = body;
        BodyFormat chosen = format;
        for (Mapper mapper : mappers) {
            if (mapper.filter().evaluate(context)) {
                text = mapper.body() == null ? body : mapper.body();
                mapper.headers().apply(headers, context);
                if (mapper.status() != 0) {
                    headers.status(mapper.status());
                    stream.info().responseCode(mapper.status());
                }
                chosen = mapper.format() == null ? format : mapper.format();
                break;
            }
        }
        return chosen == null
                ? new ReplyBody(text, ReplyBody.PLAIN)
                : new ReplyBody(
                        chosen.format().format(new WithBody(context, text)), chosen.contentType());
    }
}
