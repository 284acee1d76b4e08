/// Limits how many connections of a filter chain are open at once, in the whole process.
///
/// [ConnectionLimitExtension] compiles the configuration (main thread), [ConnectionLimitFilter]
/// counts connections (workers, which share the count).
@NullMarked
package io.nuncio.network.connectionlimit;

import org.jspecify.annotations.NullMarked;
