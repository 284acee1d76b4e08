package io.nuncio.kernel.listener;

import io.nuncio.kernel.init.InitManager;

import org.jspecify.annotations.Nullable;

/// A listener that waits for what it needs before it serves.
///
/// @param base what it shares filter chains with, whose listener it will change in place; null if
///   it is a listener of its own
record WarmingListener(ActiveListener listener, InitManager init, @Nullable CompiledListener base) {
    /// Lets go of what is not shared.
    void close() {
        if (base == null) {
            listener.compiled().close();
        } else {
            Renewals.close(base, listener.compiled());
        }
    }
}
