package io.nuncio.kernel.listener;

/// A listener could not listen; the message is one line for an operator: the listener, the address
/// and the reason.
public final class ListenerStartFailure extends Exception {
    private static final long serialVersionUID = 1;

    ListenerStartFailure(String listener, Exception cause) {
        super("error adding listener '" + listener + "': " + cause.getMessage(), cause);
    }
}
