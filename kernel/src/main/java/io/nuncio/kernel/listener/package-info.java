/// Listeners: from their message to sockets, connections and the filter chain that serves each.
///
/// [ListenerManager] belongs to the server and runs on the main thread: it compiles listeners
/// ([ListenerCompiler]), binds their sockets, begins to accept, drains and closes;
/// [DynamicListeners] has them come, change and go meanwhile. What is accepted runs on its worker:
/// [WorkerListener] takes a socket through the listener filters ([AcceptingSocket]) and the filter
/// chain match ([FilterChainMatcher]) to a connection ([ActiveConnection]). Start reading at
/// [ListenerManager], then [WorkerListener].
@NullMarked
package io.nuncio.kernel.listener;

import org.jspecify.annotations.NullMarked;
