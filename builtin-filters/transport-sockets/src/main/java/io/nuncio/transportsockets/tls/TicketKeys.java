package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.TlsConfig.TicketKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Reads the keys of session tickets. No message says anything of a key but its length.
final class TicketKeys {
    private TicketKeys() {}

    /// @param place at the keys
    /// @return null if any is wrong; it is reported
    static @Nullable List<TicketKey> from(Secret secret, FactoryContext place) {
        TlsSessionTicketKeys message = secret.getSessionTicketKeys();
        List<TicketKey> keys = new ArrayList<>();
        for (int index = 0; index < message.getKeysCount(); index++) {
            Problems here = place.problems().in("keys[" + index + "]");
            int before = here.all().size();
            byte[] bytes = DataSources.bytes(message.getKeys(index), here);
            if (here.all().size() > before) {
                continue;
            }
            if (bytes.length == TicketKey.LENGTH) {
                keys.add(new TicketKey(bytes));
            } else {
                here.add(
                        "",
                        "Incorrect TLS session ticket key length. Length "
                                + bytes.length
                                + ", expected length "
                                + TicketKey.LENGTH
                                + ".");
            }
        }
        return keys.size() == message.getKeysCount() ? keys : null;
    }
}
