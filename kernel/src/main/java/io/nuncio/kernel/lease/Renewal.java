package io.nuncio.kernel.lease;

/// What was compiled anew and waits beside what serves. Thread: main; one of the two, once.
public interface Renewal {
    /// Changes nothing.
    Renewal NOTHING =
            new Renewal() {
                @Override
                public void publish() {}

                @Override
                public void cancel() {}
            };

    /// Takes the place of what serves.
    void publish();

    /// Is not wanted.
    void cancel();
}
