package io.nuncio.kernel.upstream;

import io.nuncio.spi.HostPickerTemplate;
import io.nuncio.spi.HostSet;

import java.util.List;

/// The hosts of a cluster at one moment, and the balancer over them; what workers read.
///
/// @param priorities index is the priority; never empty
record ClusterSnapshot(List<HostSet> priorities, HostPickerTemplate picker) {
    ClusterSnapshot {
        priorities = List.copyOf(priorities);
    }
}
