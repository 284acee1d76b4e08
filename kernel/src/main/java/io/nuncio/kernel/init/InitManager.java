package io.nuncio.kernel.init;

import io.nuncio.spi.InitTarget;
import io.nuncio.spi.InitTargets;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// What one owner waits for. Thread: main.
public final class InitManager implements InitTargets {
    private final String owner;
    private final LongSupplier nanoTime;
    private final Set<Target> unready = new LinkedHashSet<>();
    private final List<String> failures = new ArrayList<>();
    private State state = State.COLLECTING;
    private Runnable whenReady = () -> {};

    private enum State {
        COLLECTING,
        WAITING,
        READY,
        CANCELLED
    }

    /// What is still waited for.
    ///
    /// @param sinceNanos how long already
    /// @param reason empty if the target does not say
    /// @param deadlineNanos how long at most from now on; -1 for as long as it takes
    public record Unready(String target, long sinceNanos, String reason, long deadlineNanos) {}

    /// @param owner as `/init_dump` names it
    InitManager(String owner, LongSupplier nanoTime) {
        this.owner = owner;
        this.nanoTime = nanoTime;
    }

    public String owner() {
        return owner;
    }

    /// A target added after the owner is ready begins at once and is waited for by nobody.
    @Override
    public void add(String name, Consumer<InitTarget> start) {
        Target target = new Target(name, start);
        if (state != State.CANCELLED) {
            unready.add(target);
        }
        if (state == State.WAITING || state == State.READY) {
            target.begin();
        }
    }

    /// Begins all targets.
    ///
    /// @param whenReady run once, when the last is ready, which may be before this returns; not if
    ///   it is cancelled
    public void initialize(Runnable whenReady) {
        this.whenReady = whenReady;
        state = State.WAITING;
        List.copyOf(unready).forEach(Target::begin);
        advance();
    }

    /// Nobody waits any more: the owner is ready, or not wanted. One that is ready may still be
    /// given targets, for as long as it serves.
    public void cancel() {
        if (state != State.READY) {
            state = State.CANCELLED;
        }
        whenReady = () -> {};
        unready.clear();
    }

    /// What is waited for, in the order in which it was added.
    public List<Unready> unready() {
        long now = nanoTime.getAsLong();
        List<Unready> all = new ArrayList<>();
        for (Target target : unready) {
            all.add(target.show(now));
        }
        return all;
    }

    /// What came to nothing, each with its reason.
    public List<String> failures() {
        return List.copyOf(failures);
    }

    private void advance() {
        if (state == State.WAITING && unready.isEmpty()) {
            state = State.READY;
            Runnable task = whenReady;
            whenReady = () -> {}; // contexts outlive this, and must not hold what it holds
            task.run();
        }
    }

    private final class Target implements InitTarget {
        private final String name;
        private final Consumer<InitTarget> start;
        private boolean begun;
        private long since;
        private long deadline;
        private String reason = "";

        Target(String name, Consumer<InitTarget> start) {
            this.name = name;
            this.start = start;
            this.since = nanoTime.getAsLong();
        }

        void begin() {
            if (!begun) {
                begun = true;
                since = nanoTime.getAsLong();
                start.accept(this);
            }
        }

        @Override
        public void waitingFor(String what, long deadlineNanos) {
            reason = what;
            deadline = deadlineNanos == 0 ? 0 : nanoTime.getAsLong() + deadlineNanos;
        }

        @Override
        public void ready() {
            if (unready.remove(this)) {
                advance();
            }
        }

        @Override
        public void failed(String why) {
            failures.add(name + ": " + why);
            ready();
        }

        Unready show(long now) {
            return new Unready(
                    name, now - since, reason, deadline == 0 ? -1 : Math.max(0, deadline - now));
        }
    }
}
