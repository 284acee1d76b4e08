package io.nuncio.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The suite finds each of the mistakes that authors make, and nothing in a filter without them.
class PlantedMistakesTest {
    private static final HeaderName MARK = HeaderName.of("x-mark");

    /// Filters with one mistake each, by the rule that they break.
    enum Mistake {
        READS_THE_PATH_OF_CONNECT(
                Rule.CALLBACKS_DO_NOT_FAIL,
                "onRequestHeaders threw java.lang.StringIndexOutOfBoundsException",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                headers.set(MARK, headers.path().substring(1));
                                return HeadersOutcome.CONTINUE;
                            }
                        })),
        TAKES_A_ROUTE_FOR_GRANTED(
                Rule.CALLBACKS_DO_NOT_FAIL,
                "ClassCastException",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onResponseHeaders(
                                    ResponseHeaders headers, boolean endStream) {
                                headers.set(MARK, ((RouteEntry) stream.route()).cluster());
                                return HeadersOutcome.CONTINUE;
                            }
                        })),
        RETURNS_NULL(
                Rule.CALLBACKS_DO_NOT_FAIL,
                "onRequestTrailers returned null",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            @SuppressWarnings("NullAway")
                            public @Nullable TrailersOutcome onRequestTrailers(Trailers trailers) {
                                return null;
                            }
                        })),
        WAITS_FOR_A_BODY_THAT_DOES_NOT_COME(
                Rule.STREAM_GOES_ON,
                "the request did not come through; the filter's last callback: onRequestHeaders"
                        + " with endStream returned PAUSE",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                return HeadersOutcome.PAUSE;
                            }

                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                return endStream ? DataOutcome.CONTINUE : DataOutcome.BUFFER;
                            }

                            @Override
                            public TrailersOutcome onRequestTrailers(Trailers trailers) {
                                return TrailersOutcome.CONTINUE;
                            }
                        })),
        FORGETS_THAT_TRAILERS_END_A_BODY(
                Rule.STREAM_GOES_ON,
                "onResponseTrailers with endStream returned PAUSE",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public DataOutcome onResponseData(Buffer data, boolean endStream) {
                                return endStream ? DataOutcome.CONTINUE : DataOutcome.BUFFER;
                            }

                            @Override
                            public TrailersOutcome onResponseTrailers(Trailers trailers) {
                                return TrailersOutcome.PAUSE;
                            }
                        })),
        DOES_NOT_LET_THE_SENDER_GO_AGAIN(
                Rule.STREAM_GOES_ON,
                "the downstream is still told to send no more",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                stream.pushBack(Direction.REQUEST, true);
                                return DataOutcome.CONTINUE;
                            }
                        })),
        ANSWERS_FROM_A_TASK_OF_THE_WORKER(
                Rule.NOTHING_AFTER_DESTROY,
                "Stream.reply was called after onDestroy",
                each(stream ->
                        new HttpFilter() {
                            private boolean asked;

                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                if (!asked) {
                                    asked = true;
                                    Timer late =
                                            stream.worker()
                                                    .timer(() ->
                                                            stream.reply(LocalReply.reply(504)));
                                    late.arm(TimeUnit.SECONDS.toNanos(1));
                                }
                                return DataOutcome.CONTINUE;
                            }
                        })),
        LEAVES_A_TIMER_BEHIND(
                Rule.TIMERS_END_WITH_THE_STREAM,
                "a timer was still armed",
                each(stream -> {
                    Timer timer = stream.worker().timer(() -> {});
                    timer.arm(TimeUnit.SECONDS.toNanos(5));
                    return new HttpFilter() {
                        @Override
                        public HeadersOutcome onResponseHeaders(
                                ResponseHeaders headers, boolean endStream) {
                            timer.disarm();
                            return HeadersOutcome.CONTINUE;
                        }
                    };
                })),
        KEEPS_A_BODY_WHEN_THE_STREAM_ENDS_EARLY(
                Rule.BUFFERS_ARE_FREED,
                "pieces of a body were not freed",
                each(stream ->
                        new Collecting(stream) {
                            @Override
                            public void onDestroy() {}
                        })),
        WRITES_TO_A_BUFFER_THAT_IS_NOT_ITS_OWN(
                Rule.BUFFERS_ARE_BORROWED,
                "written to after the callback",
                each(stream ->
                        new HttpFilter() {
                            private @Nullable Buffer kept;

                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                if (kept == null) {
                                    kept = data;
                                } else {
                                    kept.append("more");
                                }
                                return DataOutcome.CONTINUE;
                            }
                        })),
        CONTINUES_TWICE(
                Rule.RESUME_ONLY_WHAT_IS_PAUSED,
                "onRequestHeaders called resume and returned CONTINUE",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                stream.resume(Direction.REQUEST);
                                return HeadersOutcome.CONTINUE;
                            }
                        })),
        CONTINUES_AGAIN_LATER(
                Rule.RESUME_ONLY_WHAT_IS_PAUSED,
                "the filter resumed the request, which was not paused",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                stream.post(() -> stream.resume(Direction.REQUEST));
                                stream.post(() -> stream.resume(Direction.REQUEST));
                                return HeadersOutcome.PAUSE_ALL_AND_BUFFER;
                            }
                        })),
        GOES_ON_AFTER_ITS_REPLY(
                Rule.ONE_ANSWER,
                "resumed the request after it had answered it",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                if (!headers.contains(MARK)) {
                                    stream.reply(LocalReply.reply(403));
                                }
                                stream.resume(Direction.REQUEST);
                                return HeadersOutcome.PAUSE;
                            }
                        })),
        ANSWERS_ITS_OWN_ANSWER(
                Rule.ONE_ANSWER,
                "returned a reply from onResponseHeaders after it had answered the request",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                return LocalReply.reply(403);
                            }

                            @Override
                            public HeadersOutcome onResponseHeaders(
                                    ResponseHeaders headers, boolean endStream) {
                                return headers.status() >= 400
                                        ? LocalReply.reply(500)
                                        : HeadersOutcome.CONTINUE;
                            }
                        })),
        CHANGES_HEADERS_THAT_ARE_SENT(
                Rule.HEADERS_ARE_SENT_ONCE,
                "the headers of the request were changed after they had been sent",
                each(stream ->
                        new HttpFilter() {
                            private int bytes;

                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                bytes += data.length();
                                RequestHeaders headers = stream.requestHeaders();
                                if (endStream && headers != null) {
                                    headers.setLong(MARK, bytes);
                                }
                                return DataOutcome.CONTINUE;
                            }
                        })),
        CHANGES_RESPONSE_HEADERS_THAT_ARE_SENT(
                Rule.HEADERS_ARE_SENT_ONCE,
                "the headers of the response were changed after they had been sent",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public DataOutcome onResponseData(Buffer data, boolean endStream) {
                                ResponseHeaders headers = stream.responseHeaders();
                                if (endStream && headers != null) {
                                    headers.set(MARK, "late");
                                }
                                return DataOutcome.CONTINUE;
                            }
                        })),
        LENGTHENS_A_BODY_UNDER_ITS_LENGTH(
                Rule.CONTENT_LENGTH_FITS,
                "the response says `content-length: 11` and has 12 bytes",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public DataOutcome onResponseData(Buffer data, boolean endStream) {
                                if (endStream) {
                                    data.append("!");
                                }
                                return DataOutcome.CONTINUE;
                            }
                        })),
        ADDS_DATA_BEHIND_THE_END(
                Rule.END_IS_SENT_ONCE,
                "injected data behind the end of the request",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                if (endStream) {
                                    stream.post(() ->
                                            stream.inject(
                                                    Direction.REQUEST,
                                                    Buffer.copyOf("more"),
                                                    true));
                                }
                                return DataOutcome.CONTINUE;
                            }
                        })),
        SENDS_THE_END_TWICE(
                Rule.END_IS_SENT_ONCE,
                "onRequestData injected the end and returned CONTINUE",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                stream.inject(Direction.REQUEST, data, endStream);
                                return DataOutcome.CONTINUE;
                            }
                        })),
        KEEPS_A_STREAMS_STATE_IN_THE_TEMPLATE(
                Rule.STREAMS_ARE_APART,
                "beside another stream came out",
                (config, context) -> {
                    var path = new StringBuilder();
                    return stream ->
                            new HttpFilter() {
                                @Override
                                public HeadersOutcome onRequestHeaders(
                                        RequestHeaders headers, boolean endStream) {
                                    path.setLength(0);
                                    path.append(headers.path());
                                    return HeadersOutcome.CONTINUE;
                                }

                                @Override
                                public HeadersOutcome onResponseHeaders(
                                        ResponseHeaders headers, boolean endStream) {
                                    headers.set(MARK, path.toString());
                                    return HeadersOutcome.CONTINUE;
                                }
                            };
                }),
        KEEPS_ONE_FILTER_FOR_ALL_STREAMS(
                Rule.STREAMS_ARE_APART,
                "beside another stream came out",
                (config, context) -> {
                    var only =
                            new HttpFilter() {
                                private int pieces;

                                @Override
                                public DataOutcome onRequestData(Buffer data, boolean endStream) {
                                    pieces++;
                                    return DataOutcome.CONTINUE;
                                }

                                @Override
                                public HeadersOutcome onResponseHeaders(
                                        ResponseHeaders headers, boolean endStream) {
                                    headers.setLong(MARK, pieces);
                                    return HeadersOutcome.CONTINUE;
                                }
                            };
                    return stream -> only;
                }),
        KEEPS_THE_FIRST_WORKERS_OBJECT(
                Rule.WORKERS_ARE_APART,
                "a stream on a second worker used what belongs to the first",
                (config, context) -> {
                    Function<Worker, StringBuilder> scratch =
                            context.perWorker(worker -> new StringBuilder());
                    return new HttpFilterTemplate() {
                        private @Nullable StringBuilder kept;

                        @Override
                        public HttpFilter create(Stream stream) {
                            if (kept == null) {
                                kept = scratch.apply(stream.worker());
                            }
                            return new HttpFilter() {};
                        }
                    };
                }),
        RESUMES_FROM_ANOTHER_THREAD(
                Rule.WORKER_THREAD_ONLY,
                "Stream.resume was called on the thread",
                each(stream ->
                        new HttpFilter() {
                            @Override
                            public HeadersOutcome onRequestHeaders(
                                    RequestHeaders headers, boolean endStream) {
                                Thread thread =
                                        Thread.ofVirtual()
                                                .name("elsewhere")
                                                .start(() -> stream.resume(Direction.REQUEST));
                                join(thread);
                                return HeadersOutcome.PAUSE;
                            }
                        }));

        private final Rule rule;
        private final String message;
        private final HttpFilterFactory<String> factory;

        Mistake(
                Rule rule,
                String message,
                BiFunction<String, FactoryContext, HttpFilterTemplate> configure) {
            this.rule = rule;
            this.message = message;
            this.factory = configure::apply;
        }

        private static BiFunction<String, FactoryContext, HttpFilterTemplate> each(
                HttpFilterTemplate template) {
            return (config, context) -> template;
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException failure) {
            throw new AssertionError(failure);
        }
    }

    /// A filter without a mistake that does much: collects the request's body, puts its length into
    /// a header, and passes on a body of its own making.
    private static class Collecting implements HttpFilter {
        private final Stream stream;
        private final Buffer body = new Buffer();

        Collecting(Stream stream) {
            this.stream = stream;
        }

        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            headers.remove(HeaderName.CONTENT_LENGTH);
            return endStream ? HeadersOutcome.CONTINUE : HeadersOutcome.PAUSE;
        }

        @Override
        public DataOutcome onRequestData(Buffer data, boolean endStream) {
            data.moveTo(body);
            if (!endStream) {
                return DataOutcome.DROP;
            }
            mark();
            data.append(body.toString(StandardCharsets.UTF_8));
            body.clear();
            return DataOutcome.CONTINUE;
        }

        @Override
        public TrailersOutcome onRequestTrailers(Trailers trailers) {
            mark();
            if (!body.isEmpty()) {
                stream.inject(Direction.REQUEST, body, false);
            }
            return TrailersOutcome.CONTINUE;
        }

        private void mark() {
            RequestHeaders headers = stream.requestHeaders();
            if (headers != null) {
                headers.setLong(MARK, body.length());
            }
        }

        @Override
        public void onDestroy() {
            body.clear();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByItsRule(Mistake mistake) {
        var suite = HttpFilterConformance.of(mistake.factory, "");

        assertThat(suite.findings())
                .anySatisfy(finding -> {
                    assertThat(finding.rule()).isEqualTo(mistake.rule);
                    assertThat(finding.what()).contains(mistake.message);
                });
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatToDo(Mistake mistake) {
        assertThatThrownBy(() -> HttpFilterConformance.of(mistake.factory, "").check())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(mistake.rule + " in the situation `")
                .hasMessageContaining(mistake.rule.advice());
    }

    @Test
    void aFilterWithoutMistakesPasses() {
        HttpFilterConformance.of((config, context) -> Collecting::new, "").check();
        HttpFilterConformance.of((config, context) -> stream -> new HttpFilter() {}, "").check();
    }

    @Test
    void aFilterThatAnswersEverythingPasses() {
        HttpFilterConformance.of(
                        (config, context) ->
                                stream ->
                                        new HttpFilter() {
                                            @Override
                                            public HeadersOutcome onRequestHeaders(
                                                    RequestHeaders headers, boolean endStream) {
                                                return LocalReply.reply(200).body("hello");
                                            }
                                        },
                        "")
                .check();
    }

    @Test
    void aFilterThatComesBackFromAnotherThreadByPostPasses() {
        HttpFilterConformance.of(
                        (config, context) ->
                                stream ->
                                        new HttpFilter() {
                                            @Override
                                            public HeadersOutcome onRequestHeaders(
                                                    RequestHeaders headers, boolean endStream) {
                                                Thread.startVirtualThread(() ->
                                                        stream.post(() ->
                                                                stream.resume(Direction.REQUEST)));
                                                return HeadersOutcome.PAUSE_ALL_AND_BUFFER;
                                            }
                                        },
                        "")
                .check();
    }

    @Test
    void aRuleCanBeExceptedWithAReason() {
        HttpFilterConformance.of(Mistake.KEEPS_ONE_FILTER_FOR_ALL_STREAMS.factory, "")
                .except(Rule.STREAMS_ARE_APART, "it counts")
                .check();
        assertThatThrownBy(() ->
                        HttpFilterConformance.of(Mistake.CONTINUES_TWICE.factory, "")
                                .except(Rule.STREAM_GOES_ON, " "))
                .hasMessageContaining("say why");
    }

    @Test
    void aFilterThatReadsTheRouteCarefullyPasses() {
        HttpFilterConformance.of(
                        (config, context) ->
                                stream ->
                                        new HttpFilter() {
                                            @Override
                                            public HeadersOutcome onResponseHeaders(
                                                    ResponseHeaders headers, boolean endStream) {
                                                Route route = stream.route();
                                                headers.set(MARK, route.name());
                                                return HeadersOutcome.CONTINUE;
                                            }
                                        },
                        "")
                .check();
    }
}
