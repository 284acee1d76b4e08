/// What each step of a request costs alone: header map, codecs, route match, filter chain,
/// statistics. One thread, as a worker is; start reading at [io.nuncio.micro.CodecBenchmark].
@NullMarked
package io.nuncio.micro;

import org.jspecify.annotations.NullMarked;
