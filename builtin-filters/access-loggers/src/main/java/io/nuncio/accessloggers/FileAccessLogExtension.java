package io.nuncio.accessloggers;

import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.AccessLoggerFactory;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;

/// Logs to a file.
@Extension(
        name = "envoy.access_loggers.file",
        type = "envoy.extensions.access_loggers.file.v3.FileAccessLog",
        category = Category.ACCESS_LOGGER,
        securityPosture = "robust_to_untrusted_downstream")
public final class FileAccessLogExtension implements AccessLoggerFactory<FileAccessLog> {
    @Override
    public AccessLogger configure(FileAccessLog config, FactoryContext context) {
        return LineLogger.open(format(config, context), config.getPath(), "path", context);
    }

    private static Format format(FileAccessLog config, FactoryContext context) {
        return switch (config.getAccessLogFormatCase()) {
            case LOG_FORMAT -> context.format("log_format", config.getLogFormat());
            case FORMAT ->
                    config.getFormat().isEmpty()
                            ? context.textFormat("format", Format.DEFAULT)
                            : context.textFormat("format", config.getFormat());
            case JSON_FORMAT -> context.jsonFormat("json_format", config.getJsonFormat(), false);
            case TYPED_JSON_FORMAT ->
                    context.jsonFormat("typed_json_format", config.getTypedJsonFormat(), false);
            case ACCESSLOGFORMAT_NOT_SET -> context.textFormat("", Format.DEFAULT);
        };
    }
}
