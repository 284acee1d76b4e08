/// Conditions that several subsystems share: on text and on headers.
///
/// Compiled on the main thread, evaluated on workers without allocating (regular expressions
/// excepted). Immutable. Start reading at [io.nuncio.kernel.match.TextMatch].
@NullMarked
package io.nuncio.kernel.match;

import org.jspecify.annotations.NullMarked;
