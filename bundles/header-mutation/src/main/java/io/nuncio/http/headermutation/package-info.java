/// Changes headers and query parameters as the configuration and the request's route say.
///
/// [HeaderMutationExtension] compiles the mutations (main thread); [HeaderMutationFilter] applies
/// them (worker). Start reading at [Mutations].
@NullMarked
package io.nuncio.http.headermutation;

import org.jspecify.annotations.NullMarked;
