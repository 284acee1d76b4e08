package io.nuncio.testkit.conformance;

/// What an HTTP filter must keep to, whatever the traffic.
public enum Rule implements ConformanceRule {
    CALLBACKS_DO_NOT_FAIL(
            "Look at what the situation lacks: CONNECT has no `:path`, a header or a route may be"
                    + " absent (Route.NONE), a callback that you count on may never have come."
                    + " Every callback returns an outcome."),
    STREAM_GOES_ON(
            "After a pause, go on with Stream.resume, by returning CONTINUE, or with a reply, in"
                    + " every case: `endStream` may come with the headers, with an empty last piece"
                    + " of data, or with trailers instead. What you push back, let go again."),
    NOTHING_AFTER_DESTROY(
            "After onDestroy the stream belongs to nobody. Use Stream.timer, Stream.post and"
                    + " Stream.calls, which end with the stream, and cancel in onDestroy what you"
                    + " started elsewhere."),
    TIMERS_END_WITH_THE_STREAM(
            "Make the timers of a stream with Stream.timer, which disarms them at the end, or"
                    + " disarm them in onDestroy."),
    BUFFERS_ARE_FREED(
            "A buffer of your own needs Buffer.clear for what you moved into it: when you are done"
                    + " with it, and in onDestroy for streams that end early."),
    BUFFERS_ARE_BORROWED(
            "The buffer of a data callback is the stream's and is only yours while the callback"
                    + " runs. Move what you keep to a buffer of your own (Buffer.moveTo); add data"
                    + " later with Stream.inject."),
    RESUME_ONLY_WHAT_IS_PAUSED(
            "Call Stream.resume once for each pause, and not beside returning CONTINUE."),
    ONE_ANSWER(
            "Return a reply or call Stream.reply, once in the life of a stream, and neither resume"
                    + " the request nor answer otherwise afterwards. Remember that a reply of your"
                    + " own passes your response callbacks, too."),
    HEADERS_ARE_SENT_ONCE(
            "Headers that have passed are sent. To change them after looking at the body, return"
                    + " PAUSE from the headers callback and go on once they are ready."),
    CONTENT_LENGTH_FITS(
            "If you change the length of a body, remove `content-length` in the headers callback,"
                    + " or set it to the new length before the headers pass."),
    END_IS_SENT_ONCE(
            "After Stream.inject with endStream, or after passing on the last piece, nothing"
                    + " follows in that direction: return DROP for the piece whose end you"
                    + " injected."),
    STREAMS_ARE_APART(
            "What belongs to one stream is a field of the filter, and HttpFilterTemplate.create"
                    + " makes a new one each time; factory and template are shared. Where sharing"
                    + " is the purpose, as for a rate limit, give the suite a configuration under"
                    + " which it does not show, or except this rule."),
    WORKERS_ARE_APART(
            "Ask the function that FactoryContext.perWorker returns in each stream, with"
                    + " Stream.worker, and keep what it gives in the filter, not in the template."),
    WORKER_THREAD_ONLY(
            "Every method of a stream but Stream.post is for its worker: come back from another"
                    + " thread with Stream.post.");

    private final String advice;

    Rule(String advice) {
        this.advice = advice;
    }

    @Override
    public String advice() {
        return advice;
    }
}
