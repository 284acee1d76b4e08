/// What the generic matcher looks at and what it finds: inputs of connections ([NetworkInputs]) and
/// of HTTP streams ([HttpInputs]), branches by address range ([IpRangeMatcher]), names as actions
/// ([NameAction]).
///
/// Compiled on the main thread, asked on workers. Start reading at [NetworkInputs].
@NullMarked
package io.nuncio.matching;

import org.jspecify.annotations.NullMarked;
