/// The process: command line, assembly of the subsystems, life cycle from start to drain, signals.
///
/// [Main] is the entry point; [Server] builds everything, top to bottom, in the order in which a
/// request travels, and owns the main thread's loop. Start reading there.
@NullMarked
package io.nuncio.kernel.server;

import org.jspecify.annotations.NullMarked;
