package io.nuncio.kernel.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Problems;
import io.nuncio.spi.internal.LoopThread;

import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicReference;

class PlaceContextTest {
    private final Leases leases = new Leases();
    private final PlaceContext context = context(new SharedValues());

    private PlaceContext context(SharedValues shared) {
        StatsStore store = StatsStore.detached();
        return new PlaceContext(
                new Services(null, null, null, 0, null, null, null, shared, null, null, null),
                new Problems(),
                store.root(),
                store.root(),
                LoggerFactory.getLogger("extension"),
                "acme",
                new InitManagers(() -> 0).server(),
                leases);
    }

    @Test
    void aValueIsSharedByThoseWhoAskForItsKey() {
        assertThat(context.<String>shared("key", () -> "first")).isEqualTo("first");
        assertThat(context.<String>shared("key", () -> "second")).isEqualTo("first");
        leases.giveBack();
        assertThat(context.<String>shared("key", () -> "third")).isEqualTo("third");
    }

    @Test
    void aValueThatComesWhenItsMakerWasGivenUpIsNotShared() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        LoopThread thread =
                new LoopThread(
                        () ->
                                thrown.set(
                                        catchThrowable(() ->
                                                context.<String>shared(
                                                        "key",
                                                        () -> {
                                                            ((LoopThread) Thread.currentThread())
                                                                    .dismiss();
                                                            return "late";
                                                        }))),
                        "main configure",
                        1);
        thread.start();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(ConfigureLimit.GivenUp.class);
        assertThat(context.<String>shared("key", () -> "next")).isEqualTo("next");
    }
}
