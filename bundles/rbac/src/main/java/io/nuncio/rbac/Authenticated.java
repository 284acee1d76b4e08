package io.nuncio.rbac;

import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.host.CertificateNames;
import io.nuncio.spi.host.CertificateText.NameKind;

import java.util.List;

/// Who the peer's certificate says it is: one of its URI names, one of its DNS names or its subject
/// matches. As in Envoy, a peer of TLS that presents none has an empty subject.
///
/// @param name of the principal
record Authenticated(TextMatcher name) implements Condition {
    static Condition of(Principal.Authenticated message, Facts facts) {
        return message.hasPrincipalName()
                ? new Authenticated(
                        facts.context().textMatcher("principal_name", message.getPrincipalName()))
                : subject -> subject.connection().tls() != null;
    }

    @Override
    public boolean holds(MatchContext subject) {
        TlsInfo tls = subject.connection().tls();
        if (tls == null) {
            return false;
        }
        CertificateNames peer = tls.peerNames();
        return anyMatches(peer.alternatives(NameKind.URI))
                || anyMatches(peer.alternatives(NameKind.DNS))
                || name.matches(peer.subject());
    }

    private boolean anyMatches(List<String> names) {
        for (String each : names) {
            if (name.matches(each)) {
                return true;
            }
        }
        return false;
    }
}
