package io.nuncio.kernel.network;

import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The timers of one loop: a hierarchical wheel of eight levels with 64 slots each.
///
/// A tick is 2^20 ns, about one millisecond. Level 0 has a slot for each of the next ticks of the
/// current group of 64, level 1 one for each group, and so on; a timer sits on the lowest level
/// whose group it shares with the present, and moves down when time reaches its slot. So arming and
/// disarming are a few field writes, and nothing is ever sorted. A timer that is armed again for
/// later, as idle timeouts are with every request, stays in its slot and moves when that comes up.
///
/// Thread: the loop's. The loop calls [#advance] once per round and sleeps no longer than until
/// [#nextExpiry]; an idle wheel asks for no wake-up.
public final class TimerWheel {
    private static final Logger LOG = LoggerFactory.getLogger("main");

    private static final int TICK_SHIFT = 20;
    private static final int SLOT_BITS = 6;
    private static final int SLOTS = 1 << SLOT_BITS;
    private static final int LEVELS = 8;
    private static final int DUE = LEVELS * SLOTS;
    private static final int UNLINKED = -1;
    private static final long FOREVER = Long.MAX_VALUE / 2;

    private final LoopClock clock;
    private final long origin;
    private final @Nullable WheelTimer[] slots = new WheelTimer[DUE + 1];
    private final long[] occupied = new long[LEVELS];
    private long tick;
    private long round;

    public TimerWheel(LoopClock clock) {
        this.clock = clock;
        this.origin = clock.nanoTime();
    }

    /// A disarmed timer that runs `task` during [#advance].
    public Timer timer(Runnable task) {
        return new WheelTimer(this, task);
    }

    /// The clock's time at which [#advance] has something to do, `Long.MAX_VALUE` if no timer is
    /// armed. At that time a timer may merely move to a finer slot.
    public long nextExpiry() {
        if (slots[DUE] != null) {
            return clock.nanoTime();
        }
        int level = firstOccupiedLevel();
        return level == LEVELS ? Long.MAX_VALUE : origin + (startOfFirstSlot(level) << TICK_SHIFT);
    }

    /// Runs the tasks whose time has come by the clock. A timer that its task arms for now runs in
    /// the next call.
    public void advance() {
        long now = (clock.nanoTime() - origin) >> TICK_SHIFT;
        while (true) {
            int level = firstOccupiedLevel();
            if (level == LEVELS) {
                break;
            }
            long start = startOfFirstSlot(level);
            if (start > now) {
                break;
            }
            tick = start;
            emptySlot(level * SLOTS + slotOf(start, level));
        }
        tick = Math.max(tick, now);
        runDue();
    }

    private void runDue() {
        round++;
        for (WheelTimer timer = slots[DUE];
                timer != null && timer.round != round;
                timer = slots[DUE]) {
            unlink(timer);
            if (timer.when > tick) {
                link(timer);
            } else {
                timer.run();
            }
        }
    }

    /// Moves all timers of a slot whose time has come to finer slots, or to the due ones.
    private void emptySlot(int slot) {
        for (WheelTimer timer = slots[slot]; timer != null; timer = slots[slot]) {
            unlink(timer);
            link(timer);
        }
    }

    private int firstOccupiedLevel() {
        int level = 0;
        while (level < LEVELS && occupied[level] == 0) {
            level++;
        }
        return level;
    }

    /// The tick at which the first occupied slot of a level begins. Slots before the present's are
    /// empty on every level, so the lowest bit is the first.
    private long startOfFirstSlot(int level) {
        int shift = level * SLOT_BITS;
        long groupStart = tick >> (shift + SLOT_BITS) << (shift + SLOT_BITS);
        return groupStart + ((long) Long.numberOfTrailingZeros(occupied[level]) << shift);
    }

    private static int slotOf(long when, int level) {
        return (int) (when >> (level * SLOT_BITS)) & (SLOTS - 1);
    }

    private long tickAfter(long nanos) {
        long fromOrigin = clock.armingTime() - origin + Math.clamp(nanos, 0, FOREVER);
        return (fromOrigin + (1L << TICK_SHIFT) - 1) >> TICK_SHIFT;
    }

    private void link(WheelTimer timer) {
        int slot = DUE;
        if (timer.when > tick) {
            long difference = timer.when ^ tick;
            int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros(difference)) / SLOT_BITS;
            slot = level * SLOTS + slotOf(timer.when, level);
            occupied[level] |= 1L << slot; // a shift counts modulo 64
        }
        timer.slot = slot;
        timer.round = round;
        WheelTimer first = slots[slot];
        if (first == null) {
            timer.next = timer;
            timer.previous = timer;
            slots[slot] = timer;
        } else {
            WheelTimer last = first.previous;
            timer.next = first;
            timer.previous = last;
            last.next = timer;
            first.previous = timer;
        }
    }

    private void unlink(WheelTimer timer) {
        int slot = timer.slot;
        WheelTimer next = timer.next;
        if (next == timer) {
            slots[slot] = null;
            if (slot != DUE) {
                occupied[slot / SLOTS] &= ~(1L << slot);
            }
        } else {
            timer.previous.next = next;
            next.previous = timer.previous;
            if (slots[slot] == timer) {
                slots[slot] = next;
            }
            timer.next = timer;
            timer.previous = timer;
        }
        timer.slot = UNLINKED;
    }

    private static final class WheelTimer implements Timer {
        private final TimerWheel wheel;
        private final Runnable task;
        private int slot = UNLINKED;
        private long when;
        private long round;
        private WheelTimer next = this;
        private WheelTimer previous = this;

        WheelTimer(TimerWheel wheel, Runnable task) {
            this.wheel = wheel;
            this.task = task;
        }

        @Override
        public void arm(long nanos) {
            long earlier = when;
            when = wheel.tickAfter(nanos);
            if (slot == UNLINKED) {
                wheel.link(this);
            } else if (when < earlier) {
                wheel.unlink(this);
                wheel.link(this);
            }
        }

        @Override
        public void disarm() {
            if (slot != UNLINKED) {
                wheel.unlink(this);
            }
        }

        @Override
        public boolean armed() {
            return slot != UNLINKED;
        }

        private void run() {
            try {
                task.run();
            } catch (Throwable failure) {
                LOG.error("a timer's task failed: {}", task, failure);
            }
        }
    }
}
