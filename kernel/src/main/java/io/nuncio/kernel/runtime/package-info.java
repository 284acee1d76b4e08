/// Envoy's runtime: values by key that an operator sets beside the configuration, in layers of
/// which the last that has a key wins.
///
/// The server makes one [LayeredRuntime] from the bootstrap on the main thread; whoever compiles a
/// field with a runtime key keeps it and asks it on workers, through `RuntimeValues`. Start reading
/// at [LayeredRuntime].
@NullMarked
package io.nuncio.kernel.runtime;

import org.jspecify.annotations.NullMarked;
