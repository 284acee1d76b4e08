/// Runtime values: layers of keys that operators change while the server runs.
///
/// [io.nuncio.kernel.runtime.RuntimeLoader] owns the layers, makes a
/// [io.nuncio.kernel.runtime.RuntimeSnapshot] of them whenever one changes, on the main thread, and
/// publishes the values into the cells that compiled configurations hold. Workers read a cell and
/// never see a layer.
///
/// Start reading at [io.nuncio.kernel.runtime.RuntimeLoader].
@NullMarked
package io.nuncio.kernel.runtime;

import org.jspecify.annotations.NullMarked;
