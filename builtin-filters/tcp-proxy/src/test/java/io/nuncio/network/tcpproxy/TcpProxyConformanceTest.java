package io.nuncio.network.tcpproxy;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeTcpPool;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.NetworkFilterConformance;

import org.junit.jupiter.api.Test;

class TcpProxyConformanceTest {
    private static final TcpProxy CONFIG =
            YamlMessages.of(TcpProxy.getDefaultInstance(), "stat_prefix: p\ncluster: service");

    private static FakeTcpPool pool(FakeFactoryContext context) {
        return context.platform().clusters().get("service").tcpPool();
    }

    private static NetworkFilterConformance suite() {
        return NetworkFilterConformance.of(context -> {
            context.platform().clusters().add("service");
            return new TcpProxyExtension().configure(CONFIG, context);
        });
    }

    @Test
    void keepsTheRulesOfTheSpi() {
        suite().whileWaiting(
                        context -> {
                            while (pool(context).waiting() > 0) {
                                pool(context).connect();
                            }
                        })
                .check();
    }

    @Test
    void keepsThemIfNoUpstreamCanBeReached() {
        suite().whileWaiting(
                        context -> {
                            while (pool(context).waiting() > 0) {
                                pool(context).fail(HttpPool.Failure.REMOTE_CONNECTION_FAILURE);
                            }
                        })
                .check();
    }
}
