package io.nuncio.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The suite finds each of the mistakes that authors of network filters make, and nothing in a
/// filter without them.
class PlantedNetworkMistakesTest {
    /// Filters with one mistake each, by the rule that they break.
    enum Mistake {
        TAKES_A_WHOLE_MESSAGE_FOR_GRANTED(
                NetworkRule.CALLBACKS_DO_NOT_FAIL,
                "onData threw java.lang.StringIndexOutOfBoundsException",
                stream ->
                        onData((data, end) -> {
                            String.valueOf(data.toString(StandardCharsets.UTF_8).charAt(4));
                            return NetworkOutcome.CONTINUE;
                        })),
        RETURNS_NULL(
                NetworkRule.CALLBACKS_DO_NOT_FAIL,
                "onData returned null",
                stream -> onData((data, end) -> null)),
        NEVER_RESUMES(
                NetworkRule.CONNECTION_GOES_ON,
                "the filter behind was not told of the connection",
                stream ->
                        new NetworkFilter() {
                            @Override
                            public NetworkOutcome onNewConnection() {
                                return NetworkOutcome.STOP;
                            }
                        }),
        FORGETS_THE_END(
                NetworkRule.CONNECTION_GOES_ON,
                "the end of the peer's bytes did not come through",
                stream ->
                        onData((data, end) ->
                                data.isEmpty() ? NetworkOutcome.STOP : NetworkOutcome.CONTINUE)),
        KEEPS_READING_DISABLED(
                NetworkRule.CONNECTION_GOES_ON,
                "reading from the peer is still disabled",
                stream ->
                        onData((data, end) -> {
                            stream.connection().readDisable(true);
                            return NetworkOutcome.CONTINUE;
                        })),
        COMES_BACK_AFTER_THE_END(
                NetworkRule.NOTHING_AFTER_DESTROY,
                "NetworkStream.resume was called after onDestroy",
                stream ->
                        onData((data, end) -> {
                            Timer late = stream.worker().timer(stream::resume);
                            late.arm(TimeUnit.SECONDS.toNanos(1));
                            return NetworkOutcome.STOP;
                        })),
        LEAVES_A_TIMER(
                NetworkRule.TIMERS_END_WITH_THE_CONNECTION,
                "a timer was still armed",
                stream ->
                        new NetworkFilter() {
                            @Override
                            public NetworkOutcome onNewConnection() {
                                stream.worker().timer(() -> {}).arm(TimeUnit.SECONDS.toNanos(5));
                                return NetworkOutcome.CONTINUE;
                            }
                        }),
        KEEPS_BYTES(
                NetworkRule.BUFFERS_ARE_FREED,
                "were not freed",
                stream -> {
                    Buffer own = new Buffer();
                    return onData((data, end) -> {
                        data.moveTo(own);
                        if (end) {
                            own.moveTo(data);
                        }
                        return NetworkOutcome.CONTINUE;
                    });
                }),
        TOUCHES_WHAT_IT_HAS_PASSED_ON(
                NetworkRule.BUFFERS_ARE_BORROWED,
                "was touched after the callback",
                stream ->
                        new NetworkFilter() {
                            private @Nullable Buffer kept;

                            @Override
                            public NetworkOutcome onData(Buffer data, boolean endStream) {
                                if (kept != null) {
                                    kept.clear();
                                }
                                kept = data;
                                return NetworkOutcome.CONTINUE;
                            }
                        }),
        RESUMES_AND_CONTINUES(
                NetworkRule.RESUME_ONLY_WHAT_IS_STOPPED,
                "it goes on twice",
                stream ->
                        onData((data, end) -> {
                            stream.resume();
                            return NetworkOutcome.CONTINUE;
                        })),
        ANSWERS_EACH_PIECE(
                NetworkRule.SPLITS_DO_NOT_MATTER,
                "in pieces",
                stream ->
                        onData((data, end) -> {
                            if (!data.isEmpty()) {
                                stream.connection().write(Buffer.copyOf("ok"), false);
                            }
                            return NetworkOutcome.CONTINUE;
                        })),
        SHARES_ITS_FILTER(NetworkRule.CONNECTIONS_ARE_APART, "beside another", new Sharing()),
        COMES_FROM_ANOTHER_THREAD(
                NetworkRule.WORKER_THREAD_ONLY,
                "NetworkStream.resume was called on the thread elsewhere",
                stream ->
                        new NetworkFilter() {
                            @Override
                            public NetworkOutcome onNewConnection() {
                                Thread.ofVirtual().name("elsewhere").start(stream::resume);
                                return NetworkOutcome.STOP;
                            }
                        }),
        SLEEPS(
                NetworkRule.WORKER_IS_NOT_BLOCKED,
                "onNewConnection waits",
                stream ->
                        new NetworkFilter() {
                            @Override
                            public NetworkOutcome onNewConnection() {
                                try {
                                    Thread.sleep(150);
                                } catch (InterruptedException interrupted) {
                                    Thread.currentThread().interrupt();
                                }
                                return NetworkOutcome.CONTINUE;
                            }
                        }),
        WRITES_AFTER_THE_END_WITHOUT_A_LOOK(
                NetworkRule.CALLBACKS_DO_NOT_FAIL,
                "onEvent LOCAL_CLOSE threw java.lang.IllegalStateException",
                stream ->
                        new NetworkFilter() {
                            @Override
                            public void onEvent(ConnectionEvent event) {
                                if (event == ConnectionEvent.LOCAL_CLOSE) {
                                    throw new IllegalStateException("I never close");
                                }
                            }
                        });

        private final NetworkRule rule;
        private final String message;
        private final NetworkFilterTemplate template;

        Mistake(NetworkRule rule, String message, Function<NetworkStream, NetworkFilter> filter) {
            this.rule = rule;
            this.message = message;
            this.template = filter::apply;
        }
    }

    /// One filter for all connections: it marks the first byte.
    private static final class Sharing implements Function<NetworkStream, NetworkFilter> {
        @Override
        public NetworkFilter apply(NetworkStream stream) {
            return onData((data, end) -> {
                if (stream.connection().state() == io.nuncio.spi.Connection.State.OPEN
                        && stream.worker() != last.worker) {
                    last.worker = stream.worker();
                    last.seen = 0;
                }
                if (last.seen++ == 0) {
                    data.prepend(new byte[] {'!'});
                }
                return NetworkOutcome.CONTINUE;
            });
        }

        private final Last last = new Last();

        private static final class Last {
            io.nuncio.spi.@Nullable Worker worker;
            int seen;
        }
    }

    private interface OnData {
        @Nullable NetworkOutcome data(Buffer data, boolean endStream);
    }

    @SuppressWarnings("NullAway")
    private static NetworkFilter onData(OnData callback) {
        return new NetworkFilter() {
            @Override
            public NetworkOutcome onData(Buffer data, boolean endStream) {
                return callback.data(data, endStream);
            }
        };
    }

    private static NetworkFilterConformance suite(NetworkFilterTemplate template) {
        return NetworkFilterConformance.of(context -> template);
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsRule(Mistake mistake) {
        assertThat(suite(mistake.template).findings())
                .anySatisfy(finding -> {
                    assertThat(finding.rule()).isEqualTo(mistake.rule);
                    assertThat(finding.what()).contains(mistake.message);
                });
    }

    @Test
    void eachRuleHasAMistake() {
        assertThat(java.util.Arrays.stream(Mistake.values()).map(mistake -> mistake.rule))
                .contains(
                        java.util.Arrays.stream(NetworkRule.values())
                                .filter(rule -> rule != NetworkRule.PROBLEMS_HAVE_PATHS)
                                .toArray(NetworkRule[]::new));
    }

    @Test
    void saysWhatToDo() {
        assertThatThrownBy(() -> suite(Mistake.NEVER_RESUMES.template).check())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(
                        "CONNECTION_GOES_ON in the situation `the peer sends nothing`")
                .hasMessageContaining(NetworkRule.CONNECTION_GOES_ON.advice());
    }

    /// Holds everything back until the peer is looked up elsewhere, and passes it on.
    private static final class Careful implements NetworkFilter {
        private final NetworkStream stream;
        private boolean known;

        Careful(NetworkStream stream) {
            this.stream = stream;
        }

        @Override
        public NetworkOutcome onNewConnection() {
            Thread.startVirtualThread(() ->
                    stream.post(() -> {
                        known = true;
                        stream.resume();
                    }));
            return NetworkOutcome.STOP;
        }

        @Override
        public NetworkOutcome onData(Buffer data, boolean endStream) {
            return known ? NetworkOutcome.CONTINUE : NetworkOutcome.STOP;
        }
    }

    @Test
    void filtersWithoutMistakesPass() {
        suite(stream -> new NetworkFilter() {}).check();
        suite(Careful::new).check();
    }

    private record Strict(boolean saysWhere) implements NetworkFilterFactory<String> {
        @Override
        public NetworkFilterTemplate configure(String config, FactoryContext context) {
            context.problems().add(saysWhere ? "limit" : "", "is missing");
            return stream -> new NetworkFilter() {};
        }
    }

    @Test
    void problemsMustHavePaths() {
        suite(stream -> new NetworkFilter() {}).refuses(new Strict(true), "").check();
        assertThat(
                        suite(stream -> new NetworkFilter() {})
                                .refuses(new Strict(false), "")
                                .findings())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.rule()).isEqualTo(NetworkRule.PROBLEMS_HAVE_PATHS));
    }

    @Test
    void aRuleCanBeExceptedWithAReason() {
        suite(Mistake.ANSWERS_EACH_PIECE.template)
                .except(NetworkRule.SPLITS_DO_NOT_MATTER, "it counts pieces")
                .check();
        assertThatThrownBy(() ->
                        suite(Mistake.SLEEPS.template)
                                .except(NetworkRule.WORKER_IS_NOT_BLOCKED, " "))
                .hasMessageContaining("say why");
    }
}
