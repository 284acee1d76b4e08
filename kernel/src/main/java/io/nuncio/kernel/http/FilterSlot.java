package io.nuncio.kernel.http;

import io.nuncio.spi.Counter;
import io.nuncio.spi.HttpFilterTemplate;

/// One place in a compiled chain.
///
/// @param name the name in the configuration, by which routes address the filter
/// @param disabled true if only routes that ask for it get the filter
/// @param failed counts exceptions of any filter of the chain
/// @param failures told of this filter's exceptions
record FilterSlot(
        String name,
        HttpFilterTemplate template,
        boolean disabled,
        Counter failed,
        HttpFilterCompiler.FailureListener failures) {}
