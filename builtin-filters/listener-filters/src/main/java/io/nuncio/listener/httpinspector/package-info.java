/// Tells HTTP/1.0, HTTP/1.1 and HTTP/2 from other protocols by the first bytes of a plaintext
/// connection.
///
/// [io.nuncio.listener.httpinspector.HttpInspectorExtension] compiles (main thread); a
/// [io.nuncio.listener.httpinspector.HttpInspectorFilter] per accepted socket reads (its worker).
/// Start reading at the filter.
@NullMarked
package io.nuncio.listener.httpinspector;

import org.jspecify.annotations.NullMarked;
