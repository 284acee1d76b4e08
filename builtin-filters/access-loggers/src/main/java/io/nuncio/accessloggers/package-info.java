/// The access loggers that write lines: to a file, to standard output, to standard error.
///
/// The extensions compile on the main thread what [io.nuncio.accessloggers.LineLogger] writes on
/// the workers; beside them two extensions of formats. Start reading at
/// [io.nuncio.accessloggers.FileAccessLogExtension].
@NullMarked
package io.nuncio.accessloggers;

import org.jspecify.annotations.NullMarked;
