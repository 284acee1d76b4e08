package io.nuncio.kernel.http1;

import io.nuncio.spi.Counter;

/// What a [HeadParser] accepts.
///
/// @param maxBytes of a head, first line included
/// @param maxLines how many header lines
/// @param customMethods true if every token is a method, not only the known ones
/// @param checksUnderscores true if header names with an underscore are not simply passed on
/// @param dropUnderscores true if they are left out, false if the message is refused
/// @param droppedUnderscores counts those left out
record HeadLimits(
        int maxBytes,
        int maxLines,
        boolean customMethods,
        boolean checksUnderscores,
        boolean dropUnderscores,
        Counter droppedUnderscores) {}
