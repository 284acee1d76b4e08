package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.nuncio.kernel.network.Addresses;
import io.nuncio.kernel.network.LocalAddresses;
import io.nuncio.kernel.network.SocketOption;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Reads `upstream_bind_config`: that of the cluster, else the bootstrap's.
final class BindSettings {
    private final BindConfig bind;
    private final String owner;
    private final Problems problems;
    private final List<LocalAddresses.Local> all = new ArrayList<>();

    private BindSettings(BindConfig bind, String owner, Problems problems) {
        this.bind = bind;
        this.owner = owner;
        this.problems = problems;
    }

    /// @param problems at the cluster
    static LocalAddresses of(Cluster cluster, BindConfig bindDefault, Problems problems) {
        boolean own = cluster.hasUpstreamBindConfig();
        return new BindSettings(
                        own ? cluster.getUpstreamBindConfig() : bindDefault,
                        own ? "Cluster " + cluster.getName() : "Bootstrap",
                        problems.in("upstream_bind_config"))
                .read();
    }

    private LocalAddresses read() {
        if (bind.getAdditionalSourceAddressesCount() > 0
                && bind.getExtraSourceAddressesCount() > 0) {
            refuse(
                    "extra_source_addresses",
                    "Can't specify both `extra_source_addresses` and `additional_source_addresses`"
                            + " in the "
                            + owner
                            + "'s upstream binding config");
        }
        if (bind.hasSourceAddress()) {
            add(bind.getSourceAddress(), bind.getSocketOptionsList(), "source_address");
        } else if (bind.hasFreebind() || bind.getSocketOptionsCount() > 0) {
            all.add(new LocalAddresses.Local(null, options(null, bind.getSocketOptionsList())));
        }
        extra();
        checkSelection();
        return new LocalAddresses(all);
    }

    @SuppressWarnings("deprecation") // Envoy still reads `additional_source_addresses`.
    private void extra() {
        int count = bind.getExtraSourceAddressesCount() + bind.getAdditionalSourceAddressesCount();
        if (count > 0 && !bind.hasSourceAddress()) {
            refuse(
                    "source_address",
                    owner
                            + "'s upstream binding config has extra/additional source addresses but"
                            + " no source_address. Extra/additional addresses cannot be specified"
                            + " if source_address is not set.");
            return;
        }
        for (int index = 0; index < bind.getExtraSourceAddressesCount(); index++) {
            var extra = bind.getExtraSourceAddresses(index);
            add(
                    extra.getAddress(),
                    extra.hasSocketOptions()
                            ? extra.getSocketOptions().getSocketOptionsList()
                            : bind.getSocketOptionsList(),
                    "extra_source_addresses[" + index + "].address");
        }
        for (int index = 0; index < bind.getAdditionalSourceAddressesCount(); index++) {
            add(
                    bind.getAdditionalSourceAddresses(index),
                    bind.getSocketOptionsList(),
                    "additional_source_addresses[" + index + "]");
        }
    }

    /// What the default selector can choose from.
    private void checkSelection() {
        if (all.size() > 2) {
            refuse(
                    "extra_source_addresses",
                    owner
                            + "'s upstream binding config has more than one extra/additional source"
                            + " addresses. Only one extra/additional source can be supported in"
                            + " BindConfig's extra_source_addresses/additional_source_addresses"
                            + " field");
        } else if (all.size() == 2 && v6(all.getFirst()) == v6(all.getLast())) {
            refuse(
                    "extra_source_addresses",
                    owner
                            + "'s upstream binding config has two same IP version source addresses."
                            + " Only two different IP version source addresses can be supported in"
                            + " BindConfig's source_address and"
                            + " extra_source_addresses/additional_source_addresses fields");
        }
    }

    private static boolean v6(LocalAddresses.Local local) {
        Address.Ip address = local.address();
        return address != null && address.v6();
    }

    private void refuse(String field, String reason) {
        problems.at(field).because(reason);
    }

    private void add(
            SocketAddress given,
            List<io.envoyproxy.envoy.config.core.v3.SocketOption> options,
            String field) {
        InetAddress ip = Addresses.parseIp(given.getAddress());
        if (ip == null) {
            problems.at(field + ".address").expected("an IP address").found(given.getAddress());
            return;
        }
        Address.Ip address = new Address.Ip(ip, given.getPortValue());
        all.add(new LocalAddresses.Local(address, options(address, options)));
    }

    private List<SocketOption> options(
            Address.@Nullable Ip address,
            List<io.envoyproxy.envoy.config.core.v3.SocketOption> given) {
        List<SocketOption> options = new ArrayList<>();
        if (bind.getFreebind().getValue()) {
            options.add(SocketOption.freebind(address != null && address.v6()));
        }
        for (SocketOption option : SocketOption.ofStreams(given)) {
            if (option.state() == SocketState.STATE_PREBIND) {
                options.add(option);
            } else {
                problems.warn(
                        "socket_options",
                        option + " is not set: for a connection, STATE_PREBIND is the only state");
            }
        }
        return options;
    }
}
