package io.nuncio.accessloggers;

import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.AccessLoggerFactory;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;

/// Logs to the process's standard output.
@Extension(
        name = "envoy.access_loggers.stdout",
        type = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
        category = Category.ACCESS_LOGGER,
        securityPosture = "robust_to_untrusted_downstream")
public final class StdoutAccessLogExtension implements AccessLoggerFactory<StdoutAccessLog> {
    @Override
    public AccessLogger configure(StdoutAccessLog config, FactoryContext context) {
        Format format =
                config.hasLogFormat()
                        ? context.format("log_format", config.getLogFormat())
                        : context.textFormat("", Format.DEFAULT);
        return LineLogger.open(format, "/dev/stdout", "", context);
    }
}
