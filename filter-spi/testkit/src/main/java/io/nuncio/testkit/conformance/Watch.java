package io.nuncio.testkit.conformance;

import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.TrailersOutcome;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.function.Supplier;

/// What is seen of one filter of one stream: where it stands, and which rules it breaks.
final class Watch {
    /// Where a filter stands in one direction.
    private static final class Way {
        boolean inCallback;
        boolean resumed;
        boolean paused;
        boolean ended;
        String last = "";
    }

    private final Findings findings;
    private final Thread worker = Thread.currentThread();
    private final Way request = new Way();
    private final Way response = new Way();
    private @Nullable RequestHeaders requestHeaders;
    private @Nullable ResponseHeaders responseHeaders;
    private int depth;
    private int destroyed;
    private boolean answered;
    private boolean failed;
    private Runnable lastLook = () -> {};

    Watch(Findings findings) {
        this.findings = findings;
    }

    // What code of the filter runs.

    /// Runs a callback that must return something.
    <T> T call(String name, Supplier<T> callback) {
        depth++;
        try {
            T outcome = callback.get();
            if (outcome == null) {
                failed = true;
                findings.add(Rule.CALLBACKS_DO_NOT_FAIL, name + " returned null");
            }
            return outcome;
        } catch (RuntimeException | Error failure) {
            failed = true;
            findings.add(Rule.CALLBACKS_DO_NOT_FAIL, name + " threw " + failure, failure);
            throw failure;
        } finally {
            depth--;
        }
    }

    /// Runs a callback, or a task that the filter left for later.
    void run(String name, Runnable callback) {
        call(
                name,
                () -> {
                    callback.run();
                    return true;
                });
    }

    /// Runs a callback of one direction, whose outcome says how it goes on.
    <T> T step(Direction direction, String name, boolean endStream, Supplier<T> callback) {
        notDestroyed(name);
        Way way = way(direction);
        way.inCallback = true;
        way.resumed = false;
        way.last = name + (endStream ? " with endStream" : "");
        boolean endedBefore = way.ended;
        T outcome;
        try {
            outcome = call(name, callback);
        } finally {
            way.inCallback = false;
        }
        if (outcome instanceof LocalReply) {
            answer("returned a reply from " + name);
            return outcome;
        }
        boolean goesOn = goesOn(outcome);
        if (goesOn && way.resumed) {
            findings.add(
                    Rule.RESUME_ONLY_WHAT_IS_PAUSED,
                    name + " called resume and returned CONTINUE: it goes on twice");
        }
        if (goesOn && endStream && way.ended && !endedBefore) {
            findings.add(
                    Rule.END_IS_SENT_ONCE,
                    name + " injected the end and returned CONTINUE, which sends it again");
        }
        way.paused = !goesOn && !way.resumed;
        way.ended |= endStream && goesOn && outcome != HeadersOutcome.CONTINUE_WITHOUT_END;
        way.last += " returned " + outcome;
        return outcome;
    }

    private static boolean goesOn(@Nullable Object outcome) {
        return outcome == HeadersOutcome.CONTINUE
                || outcome == HeadersOutcome.CONTINUE_WITHOUT_END
                || outcome == DataOutcome.CONTINUE
                || outcome == TrailersOutcome.CONTINUE;
    }

    private Way way(Direction direction) {
        return direction == Direction.REQUEST ? request : response;
    }

    private void notDestroyed(String name) {
        if (destroyed > 0) {
            throw new AssertionError("the kernel called " + name + " after onDestroy");
        }
    }

    /// What is to be looked at before the stream is gone.
    void lastLook(Runnable look) {
        lastLook = look;
    }

    /// onDestroy begins.
    void destroy() {
        notDestroyed("onDestroy");
        lastLook.run();
        destroyed++;
    }

    boolean destroyed() {
        return destroyed > 0;
    }

    /// True if code of the filter threw.
    boolean failed() {
        return failed;
    }

    /// The last callback of a direction and what it returned, empty if there was none.
    String last(Direction direction) {
        return way(direction).last;
    }

    // What the filter does with its stream.

    /// Any method of the stream.
    void used(String method) {
        if (Thread.currentThread() != worker) {
            findings.add(
                    Rule.WORKER_THREAD_ONLY,
                    "Stream."
                            + method
                            + " was called on the thread "
                            + Thread.currentThread().getName());
        } else if (destroyed > 0 && depth == 0) {
            findings.add(
                    Rule.NOTHING_AFTER_DESTROY, "Stream." + method + " was called after onDestroy");
        }
    }

    void resume(Direction direction) {
        Way way = way(direction);
        if (destroyed > 0) {
            return;
        }
        if (direction == Direction.REQUEST && answered) {
            findings.add(
                    Rule.ONE_ANSWER, "the filter resumed the request after it had answered it");
        } else if (way.inCallback) {
            if (way.resumed) {
                findings.add(
                        Rule.RESUME_ONLY_WHAT_IS_PAUSED, "the filter resumed twice in a callback");
            }
            way.resumed = true;
        } else if (!way.paused) {
            findings.add(
                    Rule.RESUME_ONLY_WHAT_IS_PAUSED,
                    "the filter resumed the "
                            + direction.name().toLowerCase(Locale.ROOT)
                            + ", which was not paused; its last callback there: "
                            + way.last);
        } else {
            way.paused = false;
        }
    }

    /// The filter replies, or begins a response.
    void answer(String how) {
        if (answered && destroyed == 0) {
            findings.add(
                    Rule.ONE_ANSWER, "the filter " + how + " after it had answered the request");
        }
        answered = true;
    }

    void inject(Direction direction, boolean endStream) {
        Way way = way(direction);
        if (way.ended && destroyed == 0) {
            findings.add(
                    Rule.END_IS_SENT_ONCE,
                    "the filter injected data behind the end of the "
                            + direction.name().toLowerCase(Locale.ROOT));
        }
        way.ended |= endStream;
    }

    // The headers that it saw.

    void sees(RequestHeaders headers) {
        requestHeaders = headers;
    }

    void sees(ResponseHeaders headers) {
        responseHeaders = headers;
    }

    @Nullable RequestHeaders requestHeaders() {
        return requestHeaders;
    }

    @Nullable ResponseHeaders responseHeaders() {
        return responseHeaders;
    }
}
