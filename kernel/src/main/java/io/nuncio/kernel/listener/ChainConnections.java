package io.nuncio.kernel.listener;

import io.nuncio.kernel.lease.UseCount;

/// The connections of a filter chain, and of those before it that gave it theirs.
///
/// @param drain begun when another chain has taken the place and not the connections
record ChainConnections(DrainDecision drain, UseCount count) {}
