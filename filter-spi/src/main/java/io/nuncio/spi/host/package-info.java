/// What connection managers, routers and protocol proxies need beyond the author's SPI: codecs as
/// stream callbacks, the filter chain runner, route tables, clusters and their pools, nested
/// extensions.
///
/// Open to every bundle, versioned 0.x and free to change until the founding work is done.
/// Everything here runs on the worker that owns the connection unless a method says otherwise.
@Export
@Version("0.2.0")
@NullMarked
package io.nuncio.spi.host;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
