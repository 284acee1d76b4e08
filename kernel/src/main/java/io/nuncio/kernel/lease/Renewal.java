package io.nuncio.kernel.lease;

/// What was compiled anew and waits beside what serves. Thread: main; one of the two, once.
public interface Renewal {
    /// Takes the place of what serves.
    void publish();

    /// Is not wanted.
    void cancel();
}
