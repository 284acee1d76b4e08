package io.nuncio.kernel.server;

import io.netty.channel.ChannelFactory;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.nuncio.kernel.network.IoEngine;

/// The sockets by which names are resolved, of the kind that the main loop can wait for.
record DnsChannels(
        ChannelFactory<? extends DatagramChannel> datagrams,
        ChannelFactory<? extends SocketChannel> streams) {
    static DnsChannels of(IoEngine engine) {
        return switch (engine) {
            case EPOLL -> new DnsChannels(EpollDatagramChannel::new, EpollSocketChannel::new);
            case IO_URING ->
                    new DnsChannels(IoUringDatagramChannel::new, IoUringSocketChannel::new);
            case NIO -> new DnsChannels(NioDatagramChannel::new, NioSocketChannel::new);
        };
    }
}
