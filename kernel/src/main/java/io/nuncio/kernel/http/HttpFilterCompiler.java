package io.nuncio.kernel.http;

import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.host.HttpFilterChains;

import org.jspecify.annotations.Nullable;

/// How the filter manager gets filters from their configuration, without knowing where extensions
/// live. Thread: main.
public interface HttpFilterCompiler {
    /// Compiles one filter of a chain.
    ///
    /// @param context the chain's; problems are reported below `field`
    /// @return null if the extension was not found or is wrong; the problem is reported, unless the
    ///   entry is optional and nobody provides it
    @Nullable CompiledFilter compile(
            HttpFilterChains.Entry entry, FactoryContext context, String field);

    /// The same for a filter that may be let go before its chain is.
    ///
    /// @param leases get what the filter holds, and become a part of the chain's
    default @Nullable CompiledFilter compile(
            HttpFilterChains.Entry entry, FactoryContext context, String field, Leases leases) {
        return compile(entry, context, field);
    }

    /// Runs the task when what is compiled in a context is let go of, or was not right.
    default void atEnd(FactoryContext context, Runnable task) {}

    /// A filter that is ready to serve.
    ///
    /// @param failures told of each exception that a filter threw, on the worker; for whoever
    ///   counts them per bundle
    record CompiledFilter(HttpFilterTemplate template, FailureListener failures) {}

    /// Who wants to know that a filter failed.
    @FunctionalInterface
    interface FailureListener {
        /// For templates that no bundle stands behind.
        FailureListener NONE = failure -> {};

        void onFailure(Throwable failure);
    }
}
