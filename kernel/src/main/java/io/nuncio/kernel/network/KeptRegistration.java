package io.nuncio.kernel.network;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoOps;

/// A socket's registration with epoll that lasts as long as the socket.
///
/// Netty (4.2.18) takes a socket out of epoll when it waits for nothing, and does not know that
/// when the socket next has to wait until it may write: that write fails, and what the peer had
/// still to get is lost. A socket comes there when its peer has ended and all is written, so every
/// half-closed connection might. This keeps it in, told of nothing but its end, and of that once.
final class KeptRegistration implements IoRegistration {
    private final IoRegistration registration;
    private boolean added;

    KeptRegistration(IoRegistration registration) {
        this.registration = registration;
    }

    @Override
    public long submit(IoOps ops) {
        boolean nothing = ops.equals(EpollIoOps.NONE);
        added |= !nothing;
        return registration.submit(nothing && added ? EpollIoOps.EPOLLET : ops);
    }

    @Override
    public <T> T attachment() {
        return registration.attachment();
    }

    @Override
    public boolean isValid() {
        return registration.isValid();
    }

    @Override
    public boolean cancel() {
        return registration.cancel();
    }
}
