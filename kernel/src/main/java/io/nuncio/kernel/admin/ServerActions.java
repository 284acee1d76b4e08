package io.nuncio.kernel.admin;

/// What the admin server can make the server do. Thread: main; all return at once.
public interface ServerActions {
    /// Ends the process in good order, after the answer has gone out.
    void quit();

    /// Makes health checks of this server fail (true) or pass again (false).
    void failHealthChecks(boolean fail);

    /// Stops listening.
    ///
    /// @param inboundOnly only listeners with `traffic_direction: INBOUND`
    /// @param graceful after the drain time, in which connections are asked to end
    /// @param skipExit with `graceful`: drains but goes on listening after the drain time
    void drainListeners(boolean inboundOnly, boolean graceful, boolean skipExit);

    /// Opens all log files again.
    void reopenLogs();
}
