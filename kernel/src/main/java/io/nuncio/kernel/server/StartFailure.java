package io.nuncio.kernel.server;

/// The server cannot start; the message is for a person and names what and where, a line for each
/// problem.
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1;

    public StartFailure(String message) {
        super(message, null, false, false);
    }
}
