/// Initialization: what the server, a listener or a cluster waits for before it serves.
///
/// [io.nuncio.kernel.init.InitManagers] keeps one [io.nuncio.kernel.init.InitManager] for the
/// server and one for each listener that warms; extensions add targets through their context.
/// Thread: main.
@NullMarked
package io.nuncio.kernel.init;

import org.jspecify.annotations.NullMarked;
