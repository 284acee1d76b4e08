/// Watches files for those who read them: configuration sources, runtime folders, secrets.
///
/// [io.nuncio.kernel.watch.FileWatcher] tells, on the main thread, that what a path leads to has
/// become another: written, moved into place, or reached by another symbolic link.
@NullMarked
package io.nuncio.kernel.watch;

import org.jspecify.annotations.NullMarked;
