/// What the author of an extension writes against: factories, filters, headers, buffers,
/// statistics.
///
/// Start reading at [io.nuncio.spi.HttpFilterFactory]; every other category has the same three
/// levels. The version below follows semantic versioning: what an author implements is a consumer
/// type, what the kernel implements is a provider type.
@Export
@Version("0.2.0")
@NullMarked
package io.nuncio.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
