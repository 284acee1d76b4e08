package io.nuncio.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

class UseCountTest {
    private final Loop main = new Loop(-1);
    private final Loop first = new Loop(0);
    private final Loop second = new Loop(1);
    private final UseCount count = new UseCount(main, List.of(first, second));
    private final List<String> events = new ArrayList<>();

    @Test
    void whatNobodyUsesIsUnusedOnceEveryLoopHasSaidSo() {
        count.retire(() -> events.add("unused"));
        first.run();
        main.run();
        assertThat(events).isEmpty();
        second.run();
        main.run();
        assertThat(events).containsExactly("unused");
    }

    @Test
    void theLastUserOnWhicheverLoopEndsIt() {
        count.enter(first);
        count.enter(second);
        count.enter(second);
        count.retire(() -> events.add("unused"));
        runAll();
        count.exit(second);
        count.exit(first);
        runAll();
        assertThat(events).isEmpty();
        count.exit(second);
        runAll();
        assertThat(events).containsExactly("unused");
    }

    @Test
    void whoFoundItBeforeItWasReplacedIsWaitedFor() {
        count.retire(() -> events.add("unused"));
        count.enter(first); // in the round before the task of the retirement
        runAll();
        assertThat(events).isEmpty();
        count.exit(first);
        runAll();
        assertThat(events).containsExactly("unused");
    }

    @Test
    void theCodeThatEndsIsOffTheStackBeforeAnythingIsLetGo() {
        count.enter(first);
        count.retire(() -> events.add("unused"));
        runAll();
        count.exit(first);
        main.run();
        assertThat(events).as("the loop's round is not over").isEmpty();
        runAll();
        assertThat(events).containsExactly("unused");
    }

    @Test
    void aLoopThatHasEndedIsNotWaitedFor() {
        count.enter(second);
        second.ended = true;
        count.retire(() -> events.add("unused"));
        runAll();
        assertThat(events).containsExactly("unused");
    }

    private void runAll() {
        for (int round = 0; round < 4; round++) {
            first.run();
            second.run();
            main.run();
        }
    }

    private static final class Loop implements Worker {
        private final int index;
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private boolean ended;

        Loop(int index) {
            this.index = index;
        }

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long currentTimeMillis() {
            return 0;
        }

        @Override
        public long random() {
            return 0;
        }

        @Override
        public Timer timer(Runnable task) {
            throw new AssertionError("no timer is needed");
        }

        @Override
        public boolean post(Runnable task) {
            return !ended && tasks.add(task);
        }

        @Override
        public boolean current() {
            return true;
        }
    }
}
