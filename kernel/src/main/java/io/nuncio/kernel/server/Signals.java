package io.nuncio.kernel.server;

import sun.misc.Signal;

/// What the operating system's signals do.
final class Signals {
    /// Who is told of signals; on a thread of the virtual machine's, so: post and return.
    interface Listener {
        /// SIGTERM or SIGINT.
        void onTerminate();

        /// SIGUSR1.
        void onReopenLogs();
    }

    private Signals() {}

    static void install(Listener listener) {
        Signal.handle(new Signal("TERM"), _ -> listener.onTerminate());
        Signal.handle(new Signal("INT"), _ -> listener.onTerminate());
        Signal.handle(new Signal("USR1"), _ -> listener.onReopenLogs());
        Signal.handle(new Signal("HUP"), _ -> {});
    }
}
