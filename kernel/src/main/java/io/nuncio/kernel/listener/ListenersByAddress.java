package io.nuncio.kernel.listener;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which listener serves an address, for listeners that hand over what was meant for another
/// (`use_original_dst`). Published on the main thread, read on the workers.
final class ListenersByAddress {
    private static final InetAddress ANY_V4 = any(4);
    private static final InetAddress ANY_V6 = any(16);

    private volatile Map<Address, ActiveListener> listeners = Map.of();

    private static InetAddress any(int bytes) {
        try {
            return InetAddress.getByAddress(new byte[bytes]);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible); // only for a wrong number of bytes
        }
    }

    /// @param all those that do not serve are left out
    void publish(List<ActiveListener> all) {
        Map<Address, ActiveListener> byAddress = new HashMap<>();
        for (ActiveListener listener : all) {
            if (!listener.stopped()) {
                add(byAddress, listener);
            }
        }
        listeners = Map.copyOf(byAddress);
    }

    private static void add(Map<Address, ActiveListener> byAddress, ActiveListener listener) {
        List<Address> addresses = listener.addresses();
        for (int index = 0; index < addresses.size(); index++) {
            Address address = addresses.get(index);
            byAddress.put(address, listener);
            boolean v4Too = listener.config().addresses().get(index).socket().ipv4Compat();
            if (v4Too && address instanceof Address.Ip ip && ip.address().isAnyLocalAddress()) {
                byAddress.putIfAbsent(new Address.Ip(ANY_V4, ip.port()), listener);
            }
        }
    }

    /// The listener of exactly that address, else the one of all addresses with that port.
    @Nullable ActiveListener find(Address address) {
        Map<Address, ActiveListener> now = listeners;
        ActiveListener exact = now.get(address);
        if (exact != null || !(address instanceof Address.Ip ip)) {
            return exact;
        }
        InetAddress any = ip.address() instanceof Inet4Address ? ANY_V4 : ANY_V6;
        return now.get(new Address.Ip(any, ip.port()));
    }
}
