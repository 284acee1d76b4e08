/// Access logs: the files they are written to, and the lists of loggers with their filters that a
/// configuration names.
///
/// [io.nuncio.kernel.accesslog.LogFiles] hands out files; workers append entries to a queue, one
/// thread per file writes them. [io.nuncio.kernel.accesslog.AccessLogCompiler] compiles
/// `access_log` fields on the main thread; the logger that comes out runs on the workers.
///
/// Start reading at [io.nuncio.kernel.accesslog.LogFiles], then
/// [io.nuncio.kernel.accesslog.QueuedFile].
@NullMarked
package io.nuncio.kernel.accesslog;

import org.jspecify.annotations.NullMarked;
