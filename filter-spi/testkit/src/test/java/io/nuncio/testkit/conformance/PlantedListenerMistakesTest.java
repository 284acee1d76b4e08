package io.nuncio.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The suite finds each of the mistakes that authors of listener filters make, and nothing in a
/// filter without them.
class PlantedListenerMistakesTest {
    /// Filters with one mistake each, by the rule that they break.
    enum Mistake {
        TAKES_FOUR_BYTES_FOR_GRANTED(
                ListenerRule.CALLBACKS_DO_NOT_FAIL,
                "onData threw",
                socket ->
                        onData(
                                4,
                                (filter, data) -> {
                                    data.getByte(3);
                                    return ListenerFilter.Outcome.CONTINUE;
                                })),
        WAITS_FOR_MORE_THAN_IT_ASKS_FOR(
                ListenerRule.SOCKET_GOES_ON,
                "and still waits",
                socket -> onData(2, (filter, data) -> ListenerFilter.Outcome.STOP)),
        COMES_BACK_AFTER_THE_END(
                ListenerRule.NOTHING_AFTER_DESTROY,
                "AcceptedSocket.resume was called after onDestroy",
                socket ->
                        onAccept(() -> {
                            socket.worker().timer(() -> socket.resume(true)).arm(1_000_000);
                            return ListenerFilter.Outcome.STOP;
                        })),
        LEAVES_A_TIMER(
                ListenerRule.TIMERS_END_WITH_THE_SOCKET,
                "a timer was still armed",
                socket ->
                        onAccept(() -> {
                            socket.worker().timer(() -> {}).arm(TimeUnit.SECONDS.toNanos(5));
                            return ListenerFilter.Outcome.CONTINUE;
                        })),
        TOUCHES_THE_BYTES_LATER(
                ListenerRule.BUFFERS_ARE_BORROWED,
                "was touched after the callback",
                socket ->
                        onData(
                                4,
                                new BiFunction<>() {
                                    private @Nullable Buffer kept;

                                    @Override
                                    public ListenerFilter.Outcome apply(
                                            Object filter, Buffer data) {
                                        if (kept != null) {
                                            kept.clear();
                                        }
                                        kept = data;
                                        return data.length() < 4
                                                ? ListenerFilter.Outcome.STOP
                                                : ListenerFilter.Outcome.CONTINUE;
                                    }
                                })),
        DECIDES_BY_HOW_BYTES_COME(
                ListenerRule.SPLITS_DO_NOT_MATTER,
                "in pieces",
                socket ->
                        onData(
                                4,
                                (filter, data) ->
                                        data.length() < 4
                                                ? ListenerFilter.Outcome.CLOSE
                                                : ListenerFilter.Outcome.CONTINUE)),
        RESUMES_AND_CONTINUES(
                ListenerRule.RESUME_ONLY_WHAT_IS_STOPPED,
                "it goes on twice",
                socket ->
                        onAccept(() -> {
                            socket.resume(true);
                            return ListenerFilter.Outcome.CONTINUE;
                        })),
        SHARES_ITS_COUNT(ListenerRule.SOCKETS_ARE_APART, "beside another", new Sharing()),
        COMES_FROM_ANOTHER_THREAD(
                ListenerRule.WORKER_THREAD_ONLY,
                "on the thread elsewhere",
                socket ->
                        onAccept(() -> {
                            Thread.ofVirtual().name("elsewhere").start(() -> socket.resume(true));
                            return ListenerFilter.Outcome.STOP;
                        })),
        SLEEPS(
                ListenerRule.WORKER_IS_NOT_BLOCKED,
                "onAccept waits",
                socket ->
                        onAccept(() -> {
                            try {
                                Thread.sleep(150);
                            } catch (InterruptedException interrupted) {
                                Thread.currentThread().interrupt();
                            }
                            return ListenerFilter.Outcome.CONTINUE;
                        }));

        private final ListenerRule rule;
        private final String message;
        private final ListenerFilterTemplate template;

        Mistake(
                ListenerRule rule,
                String message,
                Function<AcceptedSocket, ListenerFilter> filter) {
            this.rule = rule;
            this.message = message;
            this.template = filter::apply;
        }
    }

    /// Closes each second socket of a worker.
    private static final class Sharing implements Function<AcceptedSocket, ListenerFilter> {
        private @Nullable Object worker;
        private int sockets;

        @Override
        public ListenerFilter apply(AcceptedSocket socket) {
            if (socket.worker() != worker) {
                worker = socket.worker();
                sockets = 0;
            }
            boolean second = sockets++ == 1;
            return onAccept(
                    () -> second ? ListenerFilter.Outcome.CLOSE : ListenerFilter.Outcome.CONTINUE);
        }
    }

    private static ListenerFilter onAccept(
            java.util.function.Supplier<ListenerFilter.Outcome> callback) {
        return new ListenerFilter() {
            @Override
            public Outcome onAccept() {
                return callback.get();
            }
        };
    }

    private static ListenerFilter onData(
            int wanted, BiFunction<Object, Buffer, ListenerFilter.Outcome> callback) {
        return new ListenerFilter() {
            @Override
            public Outcome onAccept() {
                return Outcome.STOP;
            }

            @Override
            public int maxBytes() {
                return wanted;
            }

            @Override
            public Outcome onData(Buffer peeked) {
                return callback.apply(this, peeked);
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsRule(Mistake mistake) {
        assertThat(ListenerFilterConformance.of(context -> mistake.template).findings())
                .anySatisfy(finding -> {
                    assertThat(finding.rule()).isEqualTo(mistake.rule);
                    assertThat(finding.what()).contains(mistake.message);
                });
    }

    @Test
    void eachRuleHasAMistake() {
        assertThat(Arrays.stream(Mistake.values()).map(mistake -> mistake.rule))
                .contains(
                        Arrays.stream(ListenerRule.values())
                                .filter(rule -> rule != ListenerRule.PROBLEMS_HAVE_PATHS)
                                .toArray(ListenerRule[]::new));
    }

    @Test
    void filtersWithoutMistakesPass() {
        ListenerFilterConformance.of(context -> socket -> new ListenerFilter() {}).check();
        ListenerFilterConformance.of(context ->
                        socket ->
                                onData(
                                        4,
                                        (filter, data) ->
                                                data.length() < 4
                                                        ? ListenerFilter.Outcome.STOP
                                                        : ListenerFilter.Outcome.CONTINUE))
                .check();
    }
}
