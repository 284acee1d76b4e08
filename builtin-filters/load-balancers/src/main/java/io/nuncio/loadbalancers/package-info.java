/// Envoy's basic load balancers: round robin, least request, random.
///
/// A policy (main thread) makes a snapshot of the cluster's [io.nuncio.spi.HostSources] after each
/// change; each worker's [SourcePicker] chooses a source and takes a host of it: by an
/// [EdfSchedule] where the weights differ, else by the balancer's own rule. Start reading at
/// [RoundRobinExtension].
@NullMarked
package io.nuncio.loadbalancers;

import org.jspecify.annotations.NullMarked;
