/// The admin server: Envoy's pages and commands for operators.
///
/// [io.nuncio.kernel.admin.AdminEndpoints] holds the handlers by path and answers requests;
/// [io.nuncio.kernel.admin.StandardEndpoints] fills it with what every server has;
/// [io.nuncio.kernel.admin.AdminServer] serves it by HTTP/1 on the main loop. Handlers run on the
/// main thread; large pages are written on a virtual thread.
///
/// Start reading at [io.nuncio.kernel.admin.AdminEndpoints].
@NullMarked
package io.nuncio.kernel.admin;

import org.jspecify.annotations.NullMarked;
