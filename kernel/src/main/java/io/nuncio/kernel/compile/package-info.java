/// Turns the extensions that a configuration names into templates: finds the factory, binds the
/// configuration, gives it a context.
///
/// [ExtensionCompiler] is the one way in; every subsystem that has extensions reaches it through an
/// interface of its own. Main thread, or a thread beside it for large updates.
@NullMarked
package io.nuncio.kernel.compile;

import org.jspecify.annotations.NullMarked;
