package io.nuncio.kernel.accesslog;

import io.nuncio.spi.FormatContext;

/// Whether an entry is to be written: a compiled access log filter, immutable, shared by all
/// workers.
@FunctionalInterface
interface EntryCondition {
    boolean test(FormatContext context);
}
