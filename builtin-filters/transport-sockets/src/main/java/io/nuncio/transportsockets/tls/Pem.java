package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text between `-----BEGIN` and `-----END` lines (RFC 7468).
final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]+)-----\\s*((?:[A-Za-z-]+: [^\\n]*\\n\\s*)*)"
                            + "([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    /// One block.
    ///
    /// @param headers as older formats have them, empty if there are none
    record Block(String label, String headers, byte[] content) {}

    /// All blocks, in order; what stands between them is passed over.
    static List<Block> blocks(String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            byte[] content = Base64.getDecoder().decode(matcher.group(3).replaceAll("\\s", ""));
            blocks.add(new Block(matcher.group(1), matcher.group(2), content));
        }
        return blocks;
    }

    /// Where a source is, without what is in it; Envoy's words.
    static String place(DataSource source) {
        return source.getSpecifierCase() == DataSource.SpecifierCase.FILENAME
                ? source.getFilename()
                : "<inline>";
    }

    /// The text of a source.
    ///
    /// @param problems at the source
    /// @return null if it cannot be read; that is reported
    static @Nullable String text(DataSource source, Problems problems) {
        int before = problems.all().size();
        String text = DataSources.text(source, problems);
        return problems.all().size() > before ? null : text;
    }

    /// The certificates of a source, at least one.
    ///
    /// @param problems at the source
    /// @return empty if there are none; that is reported as `failure` and the source's place
    static List<X509Certificate> certificates(
            DataSource source, String failure, Problems problems) {
        String text = text(source, problems);
        if (text == null) {
            return List.of();
        }
        try {
            List<X509Certificate> certificates = certificates(text);
            if (certificates.isEmpty()) {
                problems.add("", failure + place(source));
            }
            return certificates;
        } catch (CertificateException | IllegalArgumentException unreadable) {
            problems.add("", failure + place(source) + ": " + unreadable.getMessage());
            return List.of();
        }
    }

    /// The lists of revoked certificates of a source, at least one.
    ///
    /// @param problems at the source
    /// @return empty if there are none; that is reported
    static List<CRL> revoked(DataSource source, Problems problems) {
        String text = text(source, problems);
        if (text == null) {
            return List.of();
        }
        List<CRL> lists = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(text)) {
                if (block.label().equals("X509 CRL")) {
                    lists.add(factory.generateCRL(new ByteArrayInputStream(block.content())));
                }
            }
        } catch (CertificateException | CRLException | IllegalArgumentException unreadable) {
            lists.clear();
        }
        if (lists.isEmpty()) {
            problems.add("", "Failed to load CRL from " + place(source));
        }
        return lists;
    }

    /// Those that stand among the certificates of a source; empty if there are none.
    ///
    /// @param problems at the source
    static List<CRL> revokedAmong(DataSource source, Problems problems) {
        String text = text(source, problems);
        return text != null && text.contains("BEGIN X509 CRL")
                ? revoked(source, problems)
                : List.of();
    }

    static List<X509Certificate> certificates(String text) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (block.label().endsWith("CERTIFICATE")
                    && factory.generateCertificate(new ByteArrayInputStream(block.content()))
                            instanceof X509Certificate certificate) {
                certificates.add(certificate);
            }
        }
        return certificates;
    }
}
