package io.nuncio.kernel.tls;

import io.nuncio.spi.host.TlsConfig.Identity;

import org.jspecify.annotations.Nullable;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which identity answers for a server name: one whose certificate has the name, else one whose
/// certificate has it by a wildcard, else the first of the configuration; among several, the first
/// of the key type that is asked for. Immutable; any thread.
final class IdentityChoice {
    private static final int DNS_NAME = 2;
    private static final Pattern COMMON_NAME =
            Pattern.compile("(?:^|,)CN=([^,]+)", Pattern.CASE_INSENSITIVE);

    private static final List<Integer> FIRST = List.of(0);

    private final List<String> keyTypes = new ArrayList<>();
    private final Map<String, List<Integer>> byName = new HashMap<>();

    IdentityChoice(List<Identity> identities) {
        for (int place = 0; place < identities.size(); place++) {
            X509Certificate certificate = identities.get(place).chain().getFirst();
            keyTypes.add(certificate.getPublicKey().getAlgorithm());
            for (String name : names(certificate)) {
                byName.computeIfAbsent(name, absent -> new ArrayList<>()).add(place);
            }
        }
    }

    /// @param keyType as the JDK calls it, such as `RSA`, `EC` or `EC_EC`
    /// @return its place, -1 if it is not of the key type: the library asks for another then
    int of(@Nullable String serverName, String keyType) {
        for (int place : candidates(serverName)) {
            if (fits(place, keyType)) {
                return place;
            }
        }
        return -1;
    }

    private List<Integer> candidates(@Nullable String serverName) {
        if (serverName != null) {
            String name = serverName.toLowerCase(Locale.ROOT);
            List<Integer> exact = byName.get(name);
            if (exact != null) {
                return exact;
            }
            int dot = name.indexOf('.');
            List<Integer> wildcard = dot < 0 ? null : byName.get("*" + name.substring(dot));
            if (wildcard != null) {
                return wildcard;
            }
        }
        return FIRST;
    }

    /// A name for which there are keys of several types; null if there is none. The library does
    /// not say which of them a peer takes.
    @Nullable String ambiguousName() {
        for (Map.Entry<String, List<Integer>> entry : byName.entrySet()) {
            if (entry.getValue().stream().map(keyTypes::get).distinct().count() > 1) {
                return entry.getKey();
            }
        }
        return null;
    }

    private boolean fits(int place, String keyType) {
        String own = keyTypes.get(place);
        return keyType.equals(own)
                || keyType.startsWith(own + "_")
                || (own.equals("EdDSA") && keyType.startsWith("Ed"))
                || (own.equals("RSA") && keyType.equals("RSASSA-PSS"));
    }

    /// The DNS names of a certificate, its common name where it has none; lower case.
    static Set<String> names(X509Certificate certificate) {
        Set<String> names = new TreeSet<>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(0) instanceof Integer type
                            && type == DNS_NAME
                            && alternative.get(1) instanceof String name) {
                        names.add(name.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException broken) {
            return names;
        }
        if (names.isEmpty()) {
            Matcher matcher = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
            if (matcher.find()) {
                names.add(matcher.group(1).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
