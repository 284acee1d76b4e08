/// Extension discovery (ECDS): configurations of single extensions that come from outside and
/// change while what names them stays.
///
/// Start reading at [io.nuncio.kernel.discovery.ExtensionDiscovery], of which there is one per
/// server; HTTP filter chains and listeners ask it for a
/// [io.nuncio.kernel.discovery.DiscoveredExtension] per place. Thread: main.
@NullMarked
package io.nuncio.kernel.discovery;

import org.jspecify.annotations.NullMarked;
