package io.nuncio.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class SuccessionTest {
    private final Succession succession = new Succession();
    private final List<String> released = new ArrayList<>();

    @Test
    void whatAnOlderVersionStillUsesIsKept() {
        Runnable first = succession.replaced(() -> released.add("first"));
        Runnable second = succession.replaced(() -> released.add("second"));
        second.run();
        assertThat(released).isEmpty();
        assertThat(succession.unused()).isFalse();
        first.run();
        assertThat(released).containsExactly("first", "second");
        assertThat(succession.unused()).isTrue();
    }

    @Test
    void aNewerVersionKeepsNothingOfAnOlderOne() {
        Runnable first = succession.replaced(() -> released.add("first"));
        Runnable second = succession.replaced(() -> released.add("second"));
        first.run();
        assertThat(released).containsExactly("first");
        second.run();
        assertThat(released).containsExactly("first", "second");
    }
}
