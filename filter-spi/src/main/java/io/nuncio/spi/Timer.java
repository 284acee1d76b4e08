package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A timer of one worker: made once, armed and disarmed any number of times without allocation.
/// Worker thread only.
///
/// Resolution is a few milliseconds; it never fires early.
@ProviderType
public interface Timer {
    /// Arms the timer, or moves it if it was armed.
    ///
    /// @param nanos from now, 0 or more
    void arm(long nanos);

    /// Disarms the timer; its task does not run until it is armed again.
    void disarm();

    boolean armed();
}
