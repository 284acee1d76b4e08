package io.nuncio.kernel.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;

/// The one handler in a channel's pipeline: passes everything to whoever has the socket now.
public final class SocketHandler extends ChannelInboundHandlerAdapter {
    private SocketEvents events;

    public SocketHandler(SocketEvents events) {
        this.events = events;
    }

    /// Hands the socket on, as when the listener filters are done.
    public void passTo(SocketEvents next) {
        events = next;
    }

    boolean wantsToRead() {
        return events.wantsToRead();
    }

    int bytesPerRound() {
        return events.bytesPerRound();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            events.onRead(bytes);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        events.onReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            events.onInputEnd();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        events.onWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        events.onClosed();
    }

    @Override
    @SuppressWarnings("deprecation") // only its declaration in ChannelHandler is deprecated
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        events.onFailure(failure);
    }
}
