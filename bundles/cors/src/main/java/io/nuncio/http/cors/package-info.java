/// Cross-origin requests: answers preflights and names the allowed origin in responses.
///
/// [CorsExtension] compiles the policies of routes (main thread); [CorsFilter] applies those of the
/// request's route (worker). Start reading at [CorsFilter].
@NullMarked
package io.nuncio.http.cors;

import org.jspecify.annotations.NullMarked;
