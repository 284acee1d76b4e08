/// Secrets: the bootstrap's own by name, and those that come by SDS, with the files that they name.
///
/// Start at [io.nuncio.kernel.secret.SecretManager]; one [io.nuncio.kernel.secret.DiscoveredSecret]
/// serves all who name the same secret of the same source. What a certificate or a key is, is the
/// business of those who use it. Thread: main.
@NullMarked
package io.nuncio.kernel.secret;

import org.jspecify.annotations.NullMarked;
