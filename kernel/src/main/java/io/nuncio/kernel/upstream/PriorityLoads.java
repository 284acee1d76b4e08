package io.nuncio.kernel.upstream;

/// How the picks of a cluster are shared between its priorities: Envoy's priority load with
/// overprovisioning, healthy panic and total panic.
///
/// @param healthy percent of the picks for the healthy hosts, by priority (in total panic: for all)
/// @param degraded percent of the picks for the degraded hosts, by priority
/// @param panic true where health is not looked at, by priority
record PriorityLoads(int[] healthy, int[] degraded, boolean[] panic) {
    /// One priority's hosts in numbers. The weights are what the share of healthy hosts is computed
    /// from: the numbers of hosts again, or their summed weights.
    record Counts(
            int hosts,
            int healthyHosts,
            int degradedHosts,
            long weight,
            long healthyWeight,
            long degradedWeight) {}

    /// @param panicThreshold percent of available hosts below which a priority is in panic; 0 never
    /// @param overprovisioningFactor in percent
    static PriorityLoads of(Counts[] priorities, int panicThreshold, int overprovisioningFactor) {
        int count = priorities.length;
        var loads = new PriorityLoads(new int[count], new int[count], new boolean[count]);
        int[] health = new int[count];
        int[] degradedHealth = new int[count];
        long available = 0;
        for (int i = 0; i < count; i++) {
            Counts counts = priorities[i];
            if (counts.hosts() > 0) {
                health[i] =
                        percent(overprovisioningFactor, counts.healthyWeight(), counts.weight());
                degradedHealth[i] =
                        percent(overprovisioningFactor, counts.degradedWeight(), counts.weight());
            }
            available += health[i] + degradedHealth[i];
        }
        int normalized = (int) Math.min(100, available);
        if (normalized > 0) {
            loads.distribute(health, degradedHealth, normalized);
        }
        loads.findPanic(priorities, panicThreshold, normalized);
        return loads;
    }

    private void distribute(int[] health, int[] degradedHealth, int normalized) {
        int left = share(healthy, health, 100, normalized);
        left = share(degraded, degradedHealth, left, normalized);
        if (left > 0) { // what rounding left over
            int first = firstAbove(health);
            if (first >= 0) {
                healthy[first] += left;
            } else {
                degraded[firstAbove(degradedHealth)] += left;
            }
        }
    }

    private void findPanic(Counts[] priorities, int threshold, int normalized) {
        if (threshold == 0 && normalized == 0) {
            healthy[0] = 100; // nothing will be picked there; but the load must add up
            return;
        }
        boolean all = true;
        for (int i = 0; i < priorities.length; i++) {
            panic[i] = normalized != 100 && inPanic(priorities[i], threshold);
            all &= panic[i];
        }
        if (all) {
            shareByHosts(priorities);
        }
    }

    private void shareByHosts(Counts[] priorities) {
        long total = 0;
        for (Counts counts : priorities) {
            total += counts.hosts();
        }
        if (total == 0) {
            healthy[0] = 100;
            return;
        }
        int left = 100;
        int first = -1;
        for (int i = 0; i < priorities.length; i++) {
            if (first < 0 && priorities[i].hosts() > 0) {
                first = i;
            }
            healthy[i] = (int) (100L * priorities[i].hosts() / total);
            degraded[i] = 0;
            left -= healthy[i];
        }
        healthy[first] += left;
    }

    private static int share(int[] loads, int[] health, int left, int normalized) {
        for (int i = 0; i < loads.length; i++) {
            loads[i] = Math.min(left, health[i] * 100 / normalized);
            left -= loads[i];
        }
        return left;
    }

    private static boolean inPanic(Counts counts, int threshold) {
        double available =
                counts.hosts() == 0
                        ? 0
                        : 100.0 * counts.healthyHosts() / counts.hosts()
                                + 100.0 * counts.degradedHosts() / counts.hosts();
        return available < threshold;
    }

    private static int percent(int factor, long part, long whole) {
        return (int) Math.min(100, factor * part / whole);
    }

    private static int firstAbove(int[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] > 0) {
                return i;
            }
        }
        return -1;
    }
}
