package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.LogFilter;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// Compiles lists of access loggers with their filters. Thread: main.
@ProviderType
public interface AccessLogs {
    /// @return one logger that asks each entry's filter and then the entry's logger; does nothing
    ///   if the list is empty
    AccessLogger compile(List<AccessLog> entries, FactoryContext context, String field);

    /// Compiles one access log filter alone, for what is logged elsewhere than by access loggers,
    /// or decided by the same rules.
    LogFilter compileFilter(AccessLogFilter filter, FactoryContext context, String field);
}
