package io.nuncio.kernel.lease;

import java.util.ArrayDeque;
import java.util.Deque;

/// Versions of something that share parts: each replaces the one before, which is still in use for
/// a while. What a version leaves behind is let go when it and all that came before it are unused,
/// since any of those may have it too. Thread: main.
public final class Succession {
    private final Deque<Version> versions = new ArrayDeque<>();

    private static final class Version {
        private final Runnable released;
        private boolean unused;

        Version(Runnable released) {
            this.released = released;
        }
    }

    /// A version is replaced.
    ///
    /// @param released run once, when nobody uses the version or one before it
    /// @return to be run once, when nobody uses the version
    public Runnable replaced(Runnable released) {
        Version version = new Version(released);
        versions.add(version);
        return () -> {
            version.unused = true;
            release();
        };
    }

    private void release() {
        for (Version first = versions.peek();
                first != null && first.unused;
                first = versions.peek()) {
            versions.remove();
            first.released.run();
        }
    }

    /// True if nobody uses any version that was replaced.
    public boolean unused() {
        return versions.isEmpty();
    }
}
