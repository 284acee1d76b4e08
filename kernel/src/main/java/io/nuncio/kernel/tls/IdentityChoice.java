package io.nuncio.kernel.tls;

import io.nuncio.spi.host.ClientHello;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsConfig.Identity;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Which identity is presented, by Envoy's rules: of those that have the server name, else of those
/// that have it by a wildcard, the one whose key is on a curve that the peer verifies, else the
/// first that is not of a curve; where there is none, the first of the configuration, or with
/// `fullScan` the first of all that suits. Immutable; any thread.
final class IdentityChoice {
    private final List<Presentable> all;
    private final Map<String, List<Presentable>> byName = new HashMap<>();
    private final TlsConfig.Downstream rules;
    private final EcdsaCapability ecdsa;
    private final boolean plainKeys;

    /// What becomes of a peer's wish for an OCSP response.
    enum Staple {
        GIVEN,
        OMITTED,
        /// The handshake fails.
        FAILED,
        NOT_ASKED
    }

    /// @param place of the identity in the configuration
    record Chosen(int place, Staple staple) {}

    IdentityChoice(
            List<Presentable> identities, TlsConfig.Downstream rules, EcdsaCapability ecdsa) {
        this.all = List.copyOf(identities);
        this.rules = rules;
        this.ecdsa = ecdsa;
        plainKeys = all.stream().anyMatch(each -> each.curve() == Presentable.NO_CURVE);
        for (Presentable each : all) {
            for (String name : each.names()) {
                List<Presentable> sharing = byName.computeIfAbsent(name, _ -> new ArrayList<>());
                if (sharing.stream().noneMatch(other -> other.sameKeyType(each))) {
                    sharing.add(each);
                }
            }
        }
    }

    static IdentityChoice of(
            List<Identity> identities, TlsConfig.Downstream rules, EcdsaCapability ecdsa) {
        List<Presentable> all = new ArrayList<>();
        for (Identity identity : identities) {
            all.add(Presentable.of(all.size(), identity));
        }
        return new IdentityChoice(all, rules, ecdsa);
    }

    /// @param hello null if nothing is known of the peer: it takes what it gets
    Chosen choose(@Nullable String serverName, @Nullable ClientHello hello, Instant now) {
        Set<Integer> curves = hello == null ? Set.of() : ecdsa.curves(hello);
        boolean ocsp = hello != null && hello.extension(ClientHello.STATUS_REQUEST) != null;
        return new Search(curves, ocsp, now).run(serverName);
    }

    /// Whether the key of an identity is of the type that the library asks for.
    ///
    /// @param keyType as the JDK calls it, such as `RSA`, `EC` or `EC_EC`
    boolean fits(int place, String keyType) {
        return all.get(place).fits(keyType);
    }

    private Staple staple(Presentable each, boolean asked, Instant now) {
        if (!asked) {
            return Staple.NOT_ASKED;
        }
        TlsConfig.OcspStaple response = each.staple();
        if (response != null && !response.expired(now)) {
            return Staple.GIVEN;
        }
        TlsConfig.StaplePolicy policy =
                each.mustStaple() ? TlsConfig.StaplePolicy.MUST : rules.staplePolicy();
        return switch (policy) {
            case LENIENT -> Staple.OMITTED;
            case STRICT -> response == null ? Staple.OMITTED : Staple.FAILED;
            case MUST -> Staple.FAILED;
        };
    }

    /// One look for an identity.
    private final class Search {
        private final Set<Integer> curves;
        private final boolean ocsp;
        private final Instant now;
        private @Nullable Presentable selected;
        private @Nullable Presentable candidate;

        Search(Set<Integer> curves, boolean ocsp, Instant now) {
            this.curves = curves;
            this.ocsp = ocsp;
            this.now = now;
        }

        Chosen run(@Nullable String serverName) {
            if (serverName != null) {
                lookByName(serverName.toLowerCase(Locale.ROOT));
            }
            boolean scan = serverName == null || rules.fullScan();
            if (selected == null && scan && (!curves.isEmpty() || plainKeys)) {
                look(all);
            }
            Presentable found = selected == null ? all.getFirst() : selected;
            return new Chosen(found.place(), staple(found, ocsp, now));
        }

        private void lookByName(String name) {
            look(byName.getOrDefault(name, List.of()));
            int dot = name.indexOf('.', 1);
            if (selected == null && dot > 0 && dot < name.length() - 1) {
                look(byName.getOrDefault("*" + name.substring(dot), List.of()));
            }
        }

        private void look(List<Presentable> among) {
            candidate = null;
            for (Presentable each : among) {
                if (suits(each)) {
                    selected = each;
                    return;
                }
            }
            selected = candidate;
        }

        private boolean suits(Presentable each) {
            if (staple(each, ocsp, now) == Staple.FAILED) {
                return false;
            }
            if (each.curve() != Presentable.NO_CURVE) {
                return curves.contains(each.curve());
            }
            if (curves.isEmpty()) {
                return true;
            }
            if (candidate == null) {
                candidate = each;
            }
            return false;
        }
    }
}
