package io.nuncio.spi;

/// How the picks of a cluster are shared between its priorities, in percent; all shares add up to
/// 100. Do not change the arrays.
///
/// @param healthy of the healthy hosts (all hosts in panic), by priority
/// @param degraded of the degraded hosts, by priority
public record PriorityLoad(int[] healthy, int[] degraded) {}
