package io.nuncio.testkit.conformance;

/// What a network filter must keep to.
public enum NetworkRule implements ConformanceRule {
    CALLBACKS_DO_NOT_FAIL(
            "A connection may end within any call that you make, may never bring a byte, and may"
                    + " have no TLS, no server name and no filter state. Every callback returns an"
                    + " outcome."),
    CONNECTION_GOES_ON(
            "After STOP, go on with NetworkStream.resume or by returning CONTINUE for later bytes,"
                    + " or close the connection, in every case: the peer's end may come with the"
                    + " last bytes, without any, or not at all. What you read-disable, enable"
                    + " again. A terminal filter takes the bytes that it is given."),
    NOTHING_AFTER_DESTROY(
            "After onDestroy the connection belongs to nobody. Use NetworkStream.timer and"
                    + " NetworkStream.post, which end with the connection, and cancel in onDestroy"
                    + " what you started elsewhere."),
    TIMERS_END_WITH_THE_CONNECTION(
            "Make the timers of a connection with NetworkStream.timer, which disarms them at the"
                    + " end, or disarm them in onDestroy."),
    BUFFERS_ARE_FREED(
            "A buffer of your own needs Buffer.clear for what you moved into it: when you are done"
                    + " with it, and in onDestroy for connections that end early."),
    BUFFERS_ARE_BORROWED(
            "The buffer of a callback is the connection's and is yours only while the callback"
                    + " runs: after you have passed it on, others take from it. Move what you keep"
                    + " to a buffer of your own; add bytes later with injectRead or injectWrite."),
    RESUME_ONLY_WHAT_IS_STOPPED(
            "Call NetworkStream.resume once for each STOP, and not beside returning CONTINUE."),
    SPLITS_DO_NOT_MATTER(
            "TCP cuts bytes wherever it likes. What you need more of, leave in the buffer and"
                    + " return STOP: it comes again with the next bytes."),
    CONNECTIONS_ARE_APART(
            "What belongs to one connection is a field of the filter, and"
                    + " NetworkFilterTemplate.create makes a new one each time. Where sharing is"
                    + " the purpose, as for a limit, give the suite a configuration under which it"
                    + " does not show, or except this rule."),
    WORKER_THREAD_ONLY(
            "Every method of a stream and its connection but NetworkStream.post is for its worker:"
                    + " come back from another thread with NetworkStream.post."),
    WORKER_IS_NOT_BLOCKED(
            "A worker serves thousands of connections. Wait on a virtual thread, return STOP, and"
                    + " come back with NetworkStream.post."),
    PROBLEMS_HAVE_PATHS(
            "Report what is wrong with the configuration by"
                    + " context.problems().at(\"field\").because(...), with the field's path.");

    private final String advice;

    NetworkRule(String advice) {
        this.advice = advice;
    }

    @Override
    public String advice() {
        return advice;
    }
}
