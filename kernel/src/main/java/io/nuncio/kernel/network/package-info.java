/// Event loops and the connections that live on them: TCP and Unix sockets, downstream and upstream
/// alike.
///
/// Used by the listeners (accepted sockets), the upstream pools ([Connector]) and the server, which
/// owns the loops ([WorkerLoop]). Everything here runs on the loop that owns it, except
/// [WorkerLoop#post] and what says otherwise. Start reading at [WorkerLoop], which shows what one
/// round of a loop does, then [SocketConnection].
@NullMarked
package io.nuncio.kernel.network;

import org.jspecify.annotations.NullMarked;
