package io.netty.handler.ssl;

import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.internal.tcnative.SSLContext;

import org.jspecify.annotations.NullMarked;

import java.util.concurrent.locks.Lock;

/// The one thing that the kernel needs of the library's context and Netty offers no call for. It
/// stands in Netty's package because the context's handle and its lock are that package's own; the
/// handle does not leave this class. Thread: main.
@NullMarked
public final class OpenSslKeyLog {
    private OpenSslKeyLog() {}

    /// The callback gets the secrets of all connections of the context, each on the thread that
    /// works on the connection.
    public static void install(ReferenceCountedOpenSslContext context, KeyLogCallback callback) {
        Lock lock = context.ctxLock.writeLock();
        lock.lock();
        try {
            if (context.ctx == 0 || !SSLContext.setKeyLogCallback(context.ctx, callback)) {
                throw new IllegalStateException("BoringSSL has key logs, and the context is open");
            }
        } finally {
            lock.unlock();
        }
    }
}
