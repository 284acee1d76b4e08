package io.nuncio.kernel.dns;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Resolves names on the main loop: IP literals, then the hosts file, then the name servers.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | time for one answer | 5 s | the next server, or the next try |
/// | tries | 4 | [io.nuncio.spi.Resolver.Result.Failed] |
///
/// Thread: main, except the constructor.
public final class DnsResolver implements Resolver, AutoCloseable {
    private final EventLoop loop;
    private final ResolverConfig config;
    private final HostsFile hosts;
    private final DnsNameResolver client;
    private final DnsStats stats;

    /// @param loop the main loop
    /// @param datagrams makes the loop's kind of UDP socket
    /// @param streams makes the loop's kind of TCP socket, for answers that do not fit a datagram
    /// @param root the root scope
    public DnsResolver(
            EventLoop loop,
            ChannelFactory<? extends DatagramChannel> datagrams,
            ChannelFactory<? extends SocketChannel> streams,
            ResolverConfig config,
            StatsScope root) {
        this.loop = loop;
        this.config = config;
        hosts = new HostsFile(config.hostsFile());
        stats = DnsStats.in(root);
        client =
                new DnsNameResolverBuilder(loop)
                        .datagramChannelFactory(datagrams)
                        .socketChannelFactory(streams)
                        .nameServerProvider(
                                new SequentialDnsServerAddressStreamProvider(config.servers()))
                        .queryTimeoutMillis(config.timeoutMillis())
                        .resolveCache(NoopDnsCache.INSTANCE)
                        .cnameCache(NoopDnsCnameCache.INSTANCE)
                        .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
                        .searchDomains(List.of())
                        .ndots(0)
                        .build();
    }

    /// A resolver of the system's names on this loop.
    ///
    /// @param main the main loop
    /// @param root the root scope
    public static DnsResolver system(WorkerLoop main, StatsScope root) {
        ResolverConfig config = ResolverConfig.system();
        return switch (main.engine()) {
            case EPOLL ->
                    new DnsResolver(
                            main.eventLoop(),
                            EpollDatagramChannel::new,
                            EpollSocketChannel::new,
                            config,
                            root);
            case IO_URING ->
                    new DnsResolver(
                            main.eventLoop(),
                            IoUringDatagramChannel::new,
                            IoUringSocketChannel::new,
                            config,
                            root);
            case NIO ->
                    new DnsResolver(
                            main.eventLoop(),
                            NioDatagramChannel::new,
                            NioSocketChannel::new,
                            config,
                            root);
        };
    }

    @Override
    public Lookup resolve(String name, Family family, Answer answer) {
        var lookup = new PendingLookup(name, family, answer);
        stats.resolveTotal().increment();
        stats.pendingResolutions().increment();
        loop.execute(lookup::start);
        return lookup;
    }

    @Override
    public void close() {
        client.close();
    }

    private static @Nullable InetAddress literal(String name) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(name);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible); // only for a wrong number of bytes
        }
    }

    private static boolean localhost(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("localhost") || lower.endsWith(".localhost");
    }

    /// One look-up, from the question to its one answer.
    private final class PendingLookup implements Lookup {
        private final String name;
        private final Family family;
        private final Answer answer;
        private boolean over;

        PendingLookup(String name, Family family, Answer answer) {
            this.name = name;
            this.family = family;
            this.answer = answer;
        }

        @Override
        public void cancel() {
            if (!over) {
                over = true;
                stats.pendingResolutions().decrement();
            }
        }

        void start() {
            if (over) {
                return;
            }
            InetAddress literal = literal(name);
            if (literal != null) {
                boolean v6 = literal instanceof Inet6Address;
                finishLocal(v6 ? List.of() : List.of(literal), v6 ? List.of(literal) : List.of());
                return;
            }
            List<InetAddress> v4 = hosts.v4(name);
            List<InetAddress> v6 = hosts.v6(name);
            if (v4.isEmpty() && v6.isEmpty() && localhost(name)) {
                v4 = List.of(NetUtil.LOCALHOST4);
                v6 = List.of(NetUtil.LOCALHOST6);
            }
            if (v4.isEmpty() && v6.isEmpty()) {
                ask();
            } else {
                finishLocal(v4, v6);
            }
        }

        private void finishLocal(List<InetAddress> v4, List<InetAddress> v6) {
            List<InetAddress> wanted =
                    switch (family) {
                        case V4_ONLY -> v4;
                        case V6_ONLY -> v6;
                        case AUTO -> v6.isEmpty() ? v4 : v6;
                        case V4_PREFERRED -> v4.isEmpty() ? v6 : v4;
                        case ALL -> {
                            var both = new ArrayList<>(v6);
                            both.addAll(v4);
                            yield both;
                        }
                    };
            finish(wanted.isEmpty() ? new Outcome.Nothing() : new Outcome.Found(wanted, 0));
        }

        private void ask() {
            switch (family) {
                case V4_ONLY -> ask(DnsRecordType.A, this::finish);
                case V6_ONLY -> ask(DnsRecordType.AAAA, this::finish);
                case AUTO -> askOneThenOther(DnsRecordType.AAAA, DnsRecordType.A);
                case V4_PREFERRED -> askOneThenOther(DnsRecordType.A, DnsRecordType.AAAA);
                case ALL ->
                        ask(
                                DnsRecordType.AAAA,
                                v6 -> ask(DnsRecordType.A, v4 -> finish(both(v6, v4))));
            }
        }

        private void askOneThenOther(DnsRecordType first, DnsRecordType second) {
            ask(
                    first,
                    outcome -> {
                        if (outcome instanceof Outcome.Found) {
                            finish(outcome);
                        } else {
                            ask(second, this::finish);
                        }
                    });
        }

        private void ask(DnsRecordType type, Consumer<Outcome> then) {
            if (!over) {
                List<String> candidates = config.candidates(name);
                new NameQuery(client, type, candidates, config.tries(), then).start();
            }
        }

        private static Outcome both(Outcome one, Outcome other) {
            if (one instanceof Outcome.Found(var some, long ttl)
                    && other instanceof Outcome.Found(var more, long otherTtl)) {
                var all = new ArrayList<>(some);
                all.addAll(more);
                return new Outcome.Found(all, Math.min(ttl, otherTtl));
            }
            return one instanceof Outcome.Found || other instanceof Outcome.Nothing ? one : other;
        }

        private void finish(Outcome outcome) {
            if (over) {
                return;
            }
            over = true;
            stats.pendingResolutions().decrement();
            answer.onResult(
                    switch (outcome) {
                        case Outcome.Found(var addresses, long ttl) ->
                                new Result.Addresses(List.copyOf(addresses), ttl);
                        case Outcome.Nothing _ -> {
                            stats.notFound().increment();
                            yield new Result.NoSuchName();
                        }
                        case Outcome.Failure(String reason, boolean timeout) -> {
                            (timeout ? stats.timeout() : stats.getAddrFailure()).increment();
                            yield new Result.Failed(reason);
                        }
                    });
        }
    }
}
