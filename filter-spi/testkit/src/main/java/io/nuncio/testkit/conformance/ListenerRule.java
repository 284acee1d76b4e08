package io.nuncio.testkit.conformance;

/// What a listener filter must keep to.
public enum ListenerRule implements ConformanceRule {
    CALLBACKS_DO_NOT_FAIL(
            "The first bytes may be anything, as few as one, and may never come; a socket may have"
                    + " no original destination. Every callback returns an outcome."),
    SOCKET_GOES_ON(
            "After STOP, a filter that has seen maxBytes() decides, asks for more by a larger"
                    + " maxBytes(), or comes back with AcceptedSocket.resume."),
    NOTHING_AFTER_DESTROY(
            "After onDestroy the socket belongs to nobody: disarm timers there, and cancel what you"
                    + " started elsewhere."),
    TIMERS_END_WITH_THE_SOCKET("Disarm the timers of a socket in onDestroy."),
    BUFFERS_ARE_BORROWED(
            "The bytes of onData are the socket's and are yours only while the callback runs: copy"
                    + " what you keep. They come again, with what came after them."),
    SPLITS_DO_NOT_MATTER(
            "TCP cuts bytes wherever it likes. Return STOP until there is enough, and decide by"
                    + " what there is, not by how it came; onData has all bytes each time."),
    RESUME_ONLY_WHAT_IS_STOPPED(
            "Call AcceptedSocket.resume once after a STOP, and not beside returning CONTINUE."),
    SOCKETS_ARE_APART(
            "What belongs to one socket is a field of the filter, and ListenerFilterTemplate.create"
                    + " makes a new one each time. Where sharing is the purpose, as for a limit,"
                    + " give the suite a configuration under which it does not show, or except"
                    + " this rule."),
    WORKER_THREAD_ONLY(
            "Every method of a socket is for its worker: come back from another thread with"
                    + " Worker.post."),
    WORKER_IS_NOT_BLOCKED(
            "A worker accepts thousands of sockets. Wait on a virtual thread, return STOP, and come"
                    + " back with Worker.post."),
    PROBLEMS_HAVE_PATHS(
            "Report what is wrong with the configuration by"
                    + " context.problems().at(\"field\").because(...), with the field's path.");

    private final String advice;

    ListenerRule(String advice) {
        this.advice = advice;
    }

    @Override
    public String advice() {
        return advice;
    }
}
