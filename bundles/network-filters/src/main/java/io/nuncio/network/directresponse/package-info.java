/// The direct response filter: a terminal network filter that sends fixed bytes and closes.
///
/// [DirectResponseExtension] reads the bytes (main thread), [DirectResponseFilter] sends them
/// (worker).
@NullMarked
package io.nuncio.network.directresponse;

import org.jspecify.annotations.NullMarked;
