package io.nuncio.kernel.server;

import io.nuncio.spi.Address;
import io.nuncio.spi.host.ServerState;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;

/// Where the server stands between start and end. Changed on the main thread, read by any.
public final class LifeCycle implements ServerState {
    /// Envoy's server states; the number is what the statistic `server.state` shows.
    public enum State {
        LIVE(0),
        DRAINING(1),
        PRE_INITIALIZING(2),
        INITIALIZING(3);

        private final int number;

        State(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    private final Address localAddress = findLocalAddress();
    private volatile State state = State.PRE_INITIALIZING;
    private volatile boolean healthCheckFailed;

    /// What `/ready` and `/server_info` say: a server whose health check fails is draining.
    public State state() {
        return state == State.LIVE && healthCheckFailed ? State.DRAINING : state;
    }

    void enter(State next) {
        state = next;
    }

    /// Makes health checks fail, or succeed again.
    public void failHealthCheck(boolean fail) {
        healthCheckFailed = fail;
    }

    @Override
    public boolean healthCheckFailed() {
        return healthCheckFailed;
    }

    @Override
    public Address localAddress() {
        return localAddress;
    }

    private static Address findLocalAddress() {
        try {
            for (NetworkInterface candidate :
                    Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (candidate.isLoopback() || !candidate.isUp()) {
                    continue;
                }
                List<InetAddress> addresses = Collections.list(candidate.getInetAddresses());
                for (InetAddress address : addresses) {
                    if (address.getAddress().length == 4) {
                        return new Address.Ip(address, 0);
                    }
                }
            }
        } catch (SocketException noInterfaces) {
            return loopback();
        }
        return loopback();
    }

    private static Address loopback() {
        return new Address.Ip(InetAddress.ofLiteral("127.0.0.1"), 0);
    }
}
