/// The application log: Envoy's logger names, levels and line format on top of Logback.
///
/// The server makes one [io.nuncio.kernel.log.LogControl] from the command line; the admin server
/// changes levels through it. Any thread logs through SLF4J, with one of
/// [io.nuncio.kernel.log.LoggerNames] as the logger's name; lines are written by the thread that
/// logs.
///
/// Start reading at [io.nuncio.kernel.log.LogControl].
@NullMarked
package io.nuncio.kernel.log;

import org.jspecify.annotations.NullMarked;
