package io.nuncio.kernel.server;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;

import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.ScopedRoutesConfigDump;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.nuncio.kernel.admin.ConfigSection;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.upstream.ClustersAdmin;

import java.util.List;

/// The parts of `/config_dump`. Thread: main.
final class ConfigSections {
    private ConfigSections() {}

    /// Scopes have nothing in them yet; those who read dumps expect the part.
    static List<ConfigSection> of(Bootstrap bootstrap, Assembly assembly) {
        Timestamp loaded = timestamp(System.currentTimeMillis());
        Bootstrap shown = bootstrap.toBuilder().setNode(assembly.node).build();
        return List.of(
                new ConfigSection(
                        "bootstrap",
                        () ->
                                BootstrapConfigDump.newBuilder()
                                        .setBootstrap(shown)
                                        .setLastUpdated(loaded)
                                        .build()),
                new ConfigSection("clusters", () -> ClustersAdmin.configDump(assembly.clusters)),
                discovered(ExtensionDiscovery.Kind.HTTP_FILTER, assembly),
                discovered(ExtensionDiscovery.Kind.NETWORK_FILTER, assembly),
                discovered(ExtensionDiscovery.Kind.TCP_LISTENER_FILTER, assembly),
                new ConfigSection("listeners", assembly.listeners::configDump),
                new ConfigSection("route_scopes", ScopedRoutesConfigDump::getDefaultInstance),
                new ConfigSection("routes", () -> routes(assembly)),
                new ConfigSection("secrets", assembly.secrets::configDump));
    }

    private static ConfigSection discovered(ExtensionDiscovery.Kind kind, Assembly assembly) {
        return new ConfigSection(kind.dumpKey(), () -> assembly.discovery.dump(kind));
    }

    private static RoutesConfigDump routes(Assembly assembly) {
        RoutesConfigDump.Builder dump = RoutesConfigDump.newBuilder();
        for (var config : assembly.routeConfigs.statics()) {
            dump.addStaticRouteConfigs(
                    RoutesConfigDump.StaticRouteConfig.newBuilder()
                            .setRouteConfig(Any.pack(config.config()))
                            .setLastUpdated(timestamp(config.lastUpdatedMillis())));
        }
        for (var config : assembly.routeConfigs.dynamics()) {
            dump.addDynamicRouteConfigs(
                    RoutesConfigDump.DynamicRouteConfig.newBuilder()
                            .setVersionInfo(config.version())
                            .setRouteConfig(Any.pack(config.config()))
                            .setLastUpdated(timestamp(config.lastUpdatedMillis())));
        }
        return dump.build();
    }

    private static Timestamp timestamp(long millis) {
        return Timestamp.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000)
                .build();
    }
}
