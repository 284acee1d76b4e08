/// The rules of the SPI as a test: an author's HTTP filter is run through the situations in which
/// filters usually go wrong, and each mistake is named with what to do about it.
///
/// Start reading at [HttpFilterConformance], which an author's unit test calls; [Situations] has
/// what a filter is put through, [Rule] what is looked for, [Watch] how it is seen. For the test's
/// thread only.
@NullMarked
package io.nuncio.testkit.conformance;

import org.jspecify.annotations.NullMarked;
