package io.nuncio.loadbalancers;

import io.nuncio.spi.Host;

import java.util.List;

/// Earliest deadline first: hosts come in turn, each as often as its weight says. A host's deadline
/// is the time of its last turn plus 1 / weight; among equal deadlines the one that was set first
/// wins. A pick takes `O(log n)` and allocates nothing.
///
/// Thread: the worker that made it.
final class EdfSchedule {
    private final List<Host> hosts;
    private final HostWeight weight;
    private final double[] deadlines; // a heap, with the two arrays below
    private final long[] orders;
    private final int[] indexes;
    private long nextOrder;

    /// What a host weighs when its next turn is set.
    @FunctionalInterface
    interface HostWeight {
        double of(Host host);
    }

    /// @param start how many turns are already over
    EdfSchedule(List<Host> hosts, HostWeight weight, int start) {
        this.hosts = hosts;
        this.weight = weight;
        int size = hosts.size();
        deadlines = new double[size];
        orders = new long[size];
        indexes = new int[size];
        for (int i = 0; i < size; i++) {
            deadlines[i] = 1 / weight.of(hosts.get(i));
            orders[i] = nextOrder++;
            indexes[i] = i;
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i);
        }
        for (int i = 0; i < start; i++) {
            pick();
        }
    }

    Host pick() {
        Host host = hosts.get(indexes[0]);
        deadlines[0] += 1 / weight.of(host);
        orders[0] = nextOrder++;
        sink(0);
        return host;
    }

    private void sink(int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= indexes.length) {
                return;
            }
            if (child + 1 < indexes.length && before(child + 1, child)) {
                child++;
            }
            if (!before(child, at)) {
                return;
            }
            swap(child, at);
            at = child;
        }
    }

    private boolean before(int one, int other) {
        return deadlines[one] < deadlines[other]
                || (deadlines[one] == deadlines[other] && orders[one] < orders[other]);
    }

    private void swap(int one, int other) {
        double deadline = deadlines[one];
        deadlines[one] = deadlines[other];
        deadlines[other] = deadline;
        long order = orders[one];
        orders[one] = orders[other];
        orders[other] = order;
        int index = indexes[one];
        indexes[one] = indexes[other];
        indexes[other] = index;
    }
}
