package io.nuncio.proxyprotocol;

import io.envoyproxy.envoy.config.core.v3.ProxyProtocolPassThroughTLVs;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType;

import java.util.Set;

/// Which types of TLVs pass.
record TlvChoice(boolean all, Set<Integer> types) {
    static final TlvChoice NONE = new TlvChoice(false, Set.of());

    TlvChoice {
        types = Set.copyOf(types);
    }

    static TlvChoice of(ProxyProtocolPassThroughTLVs message) {
        return message.getMatchType() == PassTLVsMatchType.INCLUDE_ALL
                ? new TlvChoice(true, Set.of())
                : new TlvChoice(false, Set.copyOf(message.getTlvTypeList()));
    }

    boolean passes(int type) {
        return all || types.contains(type);
    }
}
