package io.nuncio.transportsockets.tls;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig.TrustDomain;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.security.cert.CRL;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The authorities of trust domains.
///
/// @param domains by name
/// @param certificates of all, in the configuration's order
/// @param place where the first come from, for operators
record TrustBundles(
        Map<String, TrustedAuthorities> domains, List<X509Certificate> certificates, String place) {
    TrustBundles {
        domains = Map.copyOf(domains);
        certificates = List.copyOf(certificates);
    }

    @Nullable TrustedAuthorities of(String domain) {
        return domains.get(domain);
    }

    /// @param problems at the message
    static TrustBundles from(
            SPIFFECertValidatorConfig message, boolean allowExpired, Problems problems) {
        if (message.hasTrustBundles()) {
            return from(message.getTrustBundles(), allowExpired, problems.in("trust_bundles"));
        }
        Map<String, TrustedAuthorities> domains = new LinkedHashMap<>();
        List<X509Certificate> all = new ArrayList<>();
        String place = "";
        for (int index = 0; index < message.getTrustDomainsCount(); index++) {
            TrustDomain domain = message.getTrustDomains(index);
            Problems here = problems.in("trust_domains[" + index + "]");
            if (domains.containsKey(domain.getName())) {
                here.at("name")
                        .because(
                                "Multiple trust bundles are given for one trust domain for "
                                        + domain.getName());
                continue;
            }
            DataSource source = domain.getTrustBundle();
            String text = Pem.text(source, here.in("trust_bundle"));
            if (text == null) {
                continue;
            }
            List<X509Certificate> own = pem(domain.getName(), text, here);
            List<CRL> revoked = Pem.revokedAmong(source, here.in("trust_bundle"));
            domains.put(domain.getName(), TrustedAuthorities.bundle(own, revoked, allowExpired));
            all.addAll(own);
            place = domain.getName() + ": " + Pem.place(source);
        }
        return new TrustBundles(domains, all, place);
    }

    private static List<X509Certificate> pem(String domain, String text, Problems problems) {
        try {
            List<X509Certificate> certificates = Pem.certificates(text);
            if (!certificates.isEmpty()) {
                return certificates;
            }
        } catch (CertificateException | IllegalArgumentException unreadable) {
            problems.at("trust_bundle").because(String.valueOf(unreadable.getMessage()));
        }
        problems.at("trust_bundle").because("Failed to load trusted CA certificate for " + domain);
        return List.of();
    }

    /// A map of SPIFFE trust bundles, in JSON.
    ///
    /// @param problems at the source
    static TrustBundles from(DataSource source, boolean allowExpired, Problems problems) {
        Map<String, TrustedAuthorities> domains = new LinkedHashMap<>();
        List<X509Certificate> all = new ArrayList<>();
        int before = problems.all().size();
        String text = DataSources.text(source, problems);
        if (problems.all().size() == before) {
            try {
                Struct.Builder map = Struct.newBuilder();
                JsonFormat.parser().merge(text, map);
                Map<String, Value> named = object(map.getFieldsMap().get("trust_domains"));
                if (named.isEmpty()) {
                    problems.add("", "No trust domains found in SPIFFE bundle");
                }
                for (Map.Entry<String, Value> each : named.entrySet()) {
                    String domain = each.getKey();
                    List<X509Certificate> own = keys(domain, object(each.getValue()));
                    domains.put(domain, TrustedAuthorities.bundle(own, List.of(), allowExpired));
                    all.addAll(own);
                }
            } catch (CertificateException wrong) {
                problems.add("", String.valueOf(wrong.getMessage()));
            } catch (InvalidProtocolBufferException noJson) {
                problems.add("", "Invalid JSON found in SPIFFE bundle");
            }
        }
        return new TrustBundles(domains, all, Pem.place(source));
    }

    private static Map<String, Value> object(@Nullable Value value) {
        return value == null ? Map.of() : value.getStructValue().getFieldsMap();
    }

    private static List<Value> array(@Nullable Value value) {
        return value == null ? List.of() : value.getListValue().getValuesList();
    }

    private static String text(@Nullable Value value) {
        return value == null ? "" : value.getStringValue();
    }

    private static List<X509Certificate> keys(String domain, Map<String, Value> bundle)
            throws CertificateException {
        List<Value> keys = array(bundle.get("keys"));
        if (keys.isEmpty()) {
            throw new CertificateException(
                    "No keys found in SPIFFE bundle for domain '" + domain + "'");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (Value key : keys) {
            if (!text(object(key).get("use")).equals("x509-svid")) {
                throw new CertificateException(
                        "missing or invalid 'use' field found in cert for domain '" + domain + "'");
            }
            List<Value> chain = array(object(key).get("x5c"));
            if (chain.isEmpty()) {
                throw new CertificateException(
                        "missing or empty 'x5c' field found in keys for domain: '" + domain + "'");
            }
            for (Value each : chain) {
                certificates.add(certificate(domain, text(each)));
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(String domain, String base64)
            throws CertificateException {
        try {
            byte[] content = Base64.getDecoder().decode(base64);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(content));
        } catch (CertificateException | IllegalArgumentException unreadable) {
            throw new CertificateException(
                    "Invalid x509 object in certs for domain '" + domain + "'", unreadable);
        }
    }
}
