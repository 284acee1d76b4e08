/// The storage behind [io.nuncio.spi.Buffer] and the threads that own statistics cells. For the
/// kernel alone: never exported to bundles, so a bundle that refers to it does not resolve.
@NullMarked
package io.nuncio.spi.internal;

import org.jspecify.annotations.NullMarked;
