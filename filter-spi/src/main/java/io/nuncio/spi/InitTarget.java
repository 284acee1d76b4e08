package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// One thing that is waited for. Thread: main.
@ProviderType
public interface InitTarget {
    /// Nobody waits for it.
    InitTarget NONE =
            new InitTarget() {
                @Override
                public void waitingFor(String reason, long deadlineNanos) {}

                @Override
                public void ready() {}
            };

    /// Says what it waits for itself, for `/init_dump`.
    ///
    /// @param deadlineNanos from now until it is ready in any case; 0 if there is no such time
    void waitingFor(String reason, long deadlineNanos);

    /// The wait is over, well or not. More calls do nothing.
    void ready();

    /// The wait is over and came to nothing. Who waited serves all the same, as it would after
    /// [#ready], unless something else serves that it would take the place of.
    default void failed(String reason) {
        ready();
    }
}
