package io.nuncio.kernel.route;

import com.google.protobuf.Any;

import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.HttpFilterChains;

import org.jspecify.annotations.Nullable;

/// How the route table gets the filters' configurations of a route compiled, without knowing where
/// extensions live. Thread: main.
public interface RouteFilterCompiler {
    /// Compiles one entry of `typed_per_filter_config`.
    ///
    /// @param filter the filter of that name in the chain, null if the chain has none
    /// @param name the entry's key
    /// @param optional true if an extension that nobody has is no problem
    /// @param context of the entry; problems are reported there
    /// @return null if it was not found or is wrong; the problem is reported unless it is optional
    @Nullable Object compileRoute(
            HttpFilterChains.@Nullable Entry filter,
            String name,
            Any config,
            boolean optional,
            FactoryContext context);

    /// The context with which one table is compiled: what is compiled there is held by `part`, and
    /// by the context's own leases if that is not given back before.
    default FactoryContext holding(Leases part, FactoryContext context) {
        return context;
    }
}
