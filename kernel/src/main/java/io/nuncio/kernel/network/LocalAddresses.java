package io.nuncio.kernel.network;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// This side's addresses of upstream connections, with the options of each; a connection gets the
/// one of the host's family, else the first (Envoy: the default local address selector).
public record LocalAddresses(List<Local> all) {
    /// The system's choice.
    public static final LocalAddresses ANY = new LocalAddresses(List.of());

    private static final Local NOTHING = new Local(null, List.of());

    /// @param address null for the system's choice
    public record Local(Address.@Nullable Ip address, List<SocketOption> options) {
        public Local {
            options = List.copyOf(options);
        }
    }

    public LocalAddresses {
        all = List.copyOf(all);
    }

    /// What a connection to that host gets; nothing if it needs no IP.
    Local to(Address remote) {
        if (all.isEmpty() || !(remote instanceof Address.Ip host)) {
            return NOTHING;
        }
        for (Local local : all) {
            if (local.address != null && local.address.v6() == host.v6()) {
                return local;
            }
        }
        return all.getFirst();
    }

    /// True if any has options.
    public boolean haveOptions() {
        return all.stream().anyMatch(local -> !local.options.isEmpty());
    }
}
