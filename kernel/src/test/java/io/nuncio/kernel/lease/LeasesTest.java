package io.nuncio.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class LeasesTest {
    private final List<String> events = new ArrayList<>();
    private final Leases leases = new Leases();

    private Leased leased(String bundle) {
        return new Leased() {
            @Override
            public String bundle() {
                return bundle;
            }

            @Override
            public void retain() {
                events.add("+" + bundle);
            }

            @Override
            public void release() {
                events.add("-" + bundle);
            }
        };
    }

    @Test
    void eachIsHeldOnceAndLetGoOnce() {
        Leased one = leased("one");
        leases.hold(one);
        leases.hold(one);
        assertThat(leases.of("one")).isTrue();
        assertThat(leases.of("two")).isFalse();
        leases.giveBack();
        leases.giveBack();
        assertThat(events).containsExactly("+one", "-one");
    }

    @Test
    void whatIsClosedIsClosedBeforeItsClassesGoTheNewestFirst() {
        leases.hold(leased("one"));
        leases.atEnd(() -> events.add("first"));
        leases.atEnd(() -> events.add("second"));
        leases.giveBack();
        assertThat(events).containsExactly("+one", "second", "first", "-one");
    }

    @Test
    void oneThatCannotBeClosedKeepsNothingElse() {
        leases.hold(leased("one"));
        leases.atEnd(() -> events.add("other"));
        leases.atEnd(() -> {
            throw new AssertionError("a bug of its author");
        });
        leases.giveBack();
        assertThat(events).containsExactly("+one", "other", "-one");
    }
}
