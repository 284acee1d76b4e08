/// The rules of the SPI as a test: an author's filter is run through the situations in which
/// filters usually go wrong, and each mistake is named with what to do about it.
///
/// Start reading at [HttpFilterConformance], [NetworkFilterConformance] or
/// [ListenerFilterConformance], which an author's unit test calls; [Situations] and [NetworkPlay]
/// have what a filter is put through, the [ConformanceRule]s what is looked for, [Watch] and
/// [CallbackWatch] how it is seen. For the test's thread only.
@NullMarked
package io.nuncio.testkit.conformance;

import org.jspecify.annotations.NullMarked;
