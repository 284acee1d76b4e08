package io.nuncio.kernel.lease;

import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What one compiled configuration holds, from when it is compiled until nobody uses it any more:
/// generations of bundles, and whatever else must be closed then. Thread: main.
public final class Leases {
    private final Set<Leased> held = new LinkedHashSet<>();
    private final List<Runnable> endings = new ArrayList<>();
    private final Set<Leases> below = new LinkedHashSet<>();
    private boolean returned;

    /// Holds on to something; once, however often it is asked.
    public void hold(Leased leased) {
        if (!returned && held.add(leased)) {
            leased.retain();
        }
    }

    /// Makes others part of these: they are returned with these, if not before.
    public void adopt(Leases part) {
        below.add(part);
        part.atEnd(() -> below.remove(part));
    }

    /// Runs the task when these are returned, the newest first, before what is held is let go.
    public void atEnd(Runnable ending) {
        if (returned) {
            ending.run();
        } else {
            endings.add(ending);
        }
    }

    /// True if some generation of the bundle is held.
    public boolean of(String bundle) {
        return held.stream().anyMatch(leased -> leased.bundle().equals(bundle))
                || below.stream().anyMatch(part -> part.of(bundle));
    }

    /// An ending is an extension's code, too.
    private static void run(Runnable ending) {
        try {
            ending.run();
        } catch (Throwable bug) {
            LoggerFactory.getLogger("extension").warn("closing failed", bug);
        }
    }

    /// Lets go of everything. A second call does nothing.
    public void giveBack() {
        if (returned) {
            return;
        }
        returned = true;
        List.copyOf(below).forEach(Leases::giveBack);
        endings.reversed().forEach(Leases::run);
        endings.clear();
        held.forEach(Leased::release);
        held.clear();
    }
}
