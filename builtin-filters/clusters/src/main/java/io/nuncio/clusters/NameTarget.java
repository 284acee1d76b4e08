package io.nuncio.clusters;

import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.nuncio.spi.Address;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// One endpoint's name: its look-ups, one after the other, and the hosts of the last that went
/// well. Thread: main.
final class NameTarget {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Endpoint endpoint;
    private final SocketAddress name;
    private final String hostname;
    private final StrictDnsConfig config;
    private final Resolver resolver;
    private final Worker worker;
    private final StrictDnsDiscovery discovery;
    private final Timer timer;
    private List<HostSpec> hosts = List.of();
    private Resolver.@Nullable Lookup lookup;
    private long nextFailureNanos;

    NameTarget(
            Endpoint endpoint,
            StrictDnsConfig config,
            Resolver resolver,
            Worker worker,
            StrictDnsDiscovery discovery) {
        this.endpoint = endpoint;
        this.name = endpoint.address().getSocketAddress();
        this.hostname = endpoint.hostname().isEmpty() ? name.getAddress() : endpoint.hostname();
        this.config = config;
        this.resolver = resolver;
        this.worker = worker;
        this.discovery = discovery;
        this.timer = worker.timer(this::lookUp);
        nextFailureNanos = config.failureBaseNanos();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /// What the last good look-up found.
    List<HostSpec> hosts() {
        return hosts;
    }

    void lookUp() {
        discovery.onAttempt();
        lookup = resolver.resolve(name.getAddress(), config.family(), this::onResult);
    }

    void close() {
        timer.disarm();
        if (lookup != null) {
            lookup.cancel();
            lookup = null;
        }
    }

    private void onResult(Resolver.Result result) {
        lookup = null;
        long pause;
        switch (result) {
            case Resolver.Result.Addresses(var addresses, long ttlSeconds) -> {
                hosts = hosts(addresses);
                nextFailureNanos = config.failureBaseNanos();
                pause =
                        config.respectTtl() && ttlSeconds > 0
                                ? ttlSeconds * NANOS_PER_SECOND
                                : config.refreshNanos();
                discovery.onFound(this);
            }
            case Resolver.Result.NoSuchName _ -> {
                hosts = List.of();
                nextFailureNanos = config.failureBaseNanos();
                pause = config.refreshNanos();
                discovery.onFound(this);
            }
            case Resolver.Result.Failed _ -> {
                pause = failurePause();
                discovery.onFailure(this);
            }
        }
        if (config.jitterNanos() > 0) {
            pause += Long.remainderUnsigned(worker.random(), config.jitterNanos());
        }
        timer.arm(pause);
    }

    private List<HostSpec> hosts(List<InetAddress> addresses) {
        List<HostSpec> found = new ArrayList<>(addresses.size());
        for (InetAddress address : new LinkedHashSet<>(addresses)) {
            found.add(endpoint.host(new Address.Ip(address, name.getPortValue()), hostname));
        }
        return found;
    }

    /// A random part of an interval that doubles with each failure.
    private long failurePause() {
        if (config.failureBaseNanos() == 0) {
            return config.refreshNanos();
        }
        long interval = nextFailureNanos;
        nextFailureNanos =
                interval < config.failureMaxNanos() / 2 ? interval * 2 : config.failureMaxNanos();
        return Long.remainderUnsigned(worker.random(), interval);
    }
}
