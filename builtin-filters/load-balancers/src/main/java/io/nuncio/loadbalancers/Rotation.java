package io.nuncio.loadbalancers;

import io.nuncio.spi.Host;

import java.util.Arrays;
import java.util.List;

/// Where one worker stands in each source; it outlives the snapshots. Thread: that worker.
final class Rotation implements SourcePicker.UnweightedPick {
    private final long start;
    private long[] next = {};

    /// @param start where every source begins, a random number
    Rotation(long start) {
        this.start = start;
    }

    @Override
    public Host pick(List<Host> hosts, int source) {
        if (source >= next.length) {
            int known = next.length;
            next = Arrays.copyOf(next, source + 1);
            Arrays.fill(next, known, next.length, start);
        }
        return hosts.get((int) Long.remainderUnsigned(next[source]++, hosts.size()));
    }
}
