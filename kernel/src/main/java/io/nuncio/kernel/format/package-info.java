/// Format strings: Envoy's substitution formatter, for access logs, local replies and header
/// values.
///
/// [io.nuncio.kernel.format.Formats] compiles a text or JSON format on the main thread to an
/// immutable array of pieces; a worker runs the array over one stream's facts and headers. A
/// formatted entry is bytes, carried in a `String` as one char each, as header values are.
///
/// Start reading at [io.nuncio.kernel.format.Formats], then [io.nuncio.kernel.format.FormatParser]
/// for the syntax and [io.nuncio.kernel.format.Operators] for the command operators.
@NullMarked
package io.nuncio.kernel.format;

import org.jspecify.annotations.NullMarked;
