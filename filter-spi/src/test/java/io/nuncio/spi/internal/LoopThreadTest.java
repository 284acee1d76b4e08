package io.nuncio.spi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

class LoopThreadTest {
    @Test
    void aThreadThatWasGivenUpCountsInTheCellOfAll() throws Exception {
        List<Integer> cells = new CopyOnWriteArrayList<>();
        LoopThread thread =
                new LoopThread(
                        () -> {
                            cells.add(LoopThread.currentCell());
                            ((LoopThread) Thread.currentThread()).dismiss();
                            cells.add(LoopThread.currentCell());
                        },
                        "main configure",
                        1);
        thread.start();
        thread.join();
        assertThat(cells).containsExactly(1, LoopThread.SHARED_CELL);
    }
}
