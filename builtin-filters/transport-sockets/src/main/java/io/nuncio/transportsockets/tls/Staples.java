package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.TlsConfig.OcspStaple;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;

/// Reads OCSP responses (RFC 6960) as far as they are used here: whose they are, and until when. As
/// in Envoy, nobody checks their signature but the peer.
final class Staples {
    private static final byte[] BASIC = HexFormat.of().parseHex("2b0601050507300101");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final int SEQUENCE = 0x30;
    private static final int CONTEXT_0 = 0xa0;

    private Staples() {}

    /// @param problems at the source
    /// @return null if it is of no use, which is reported
    static @Nullable OcspStaple from(
            DataSource source, X509Certificate certificate, Problems problems) {
        if (source.getSpecifierCase() == DataSource.SpecifierCase.INLINE_STRING) {
            problems.add("", "OCSP staple cannot be provided via inline_string");
            return null;
        }
        int before = problems.all().size();
        byte[] response = DataSources.bytes(source, problems);
        if (problems.all().size() > before) {
            return null;
        }
        try {
            Der single = single(response);
            Der whose = single.next().expect(SEQUENCE).contents();
            whose.next();
            whose.next();
            whose.next();
            if (!new BigInteger(whose.next().expect(0x02).bytes())
                    .equals(certificate.getSerialNumber())) {
                problems.add("", "OCSP response does not match its TLS certificate");
                return null;
            }
            single.next(); // good, revoked or unknown: the peer's to judge
            return new OcspStaple(response, time(single.next()), expires(single));
        } catch (IllegalArgumentException | DateTimeParseException unreadable) {
            problems.add("", "OCSP response cannot be used: " + unreadable.getMessage());
            return null;
        }
    }

    /// What the response says of its one certificate.
    private static Der single(byte[] response) {
        Der whole = new Der(response, 0, response.length);
        Der parts = whole.next().expect(SEQUENCE).contents();
        if (whole.more()) {
            throw new IllegalArgumentException("Data contained more than a single OCSP response");
        }
        byte[] status = parts.next().expect(0x0a).bytes();
        if (status.length != 1 || status[0] != 0) {
            throw new IllegalArgumentException("OCSP response was unsuccessful");
        }
        if (!parts.more()) {
            throw new IllegalArgumentException("OCSP response has no body");
        }
        Der body = parts.next().expect(CONTEXT_0).contents().next().expect(SEQUENCE).contents();
        if (!Arrays.equals(body.next().expect(0x06).bytes(), BASIC)) {
            throw new IllegalArgumentException("Unknown OCSP Response type");
        }
        Der basic = body.next().expect(0x04).contents().next().expect(SEQUENCE).contents();
        Der data = basic.next().expect(SEQUENCE).contents();
        Der.Element next = data.next();
        if (next.tag() == CONTEXT_0) {
            next = data.next(); // after the version, the responder
        }
        data.next(); // when it was made
        Der all = data.next().expect(SEQUENCE).contents();
        Der single = all.next().expect(SEQUENCE).contents();
        if (all.more()) {
            throw new IllegalArgumentException("OCSP Response must be for one certificate only");
        }
        return single;
    }

    /// @param single after its beginning
    /// @return null if no end is told
    private static @Nullable Instant expires(Der single) {
        if (!single.more()) {
            return null;
        }
        Der.Element next = single.next();
        return next.tag() == CONTEXT_0 ? time(next.contents().next()) : null;
    }

    private static Instant time(Der.Element element) {
        String text = new String(element.expect(0x18).bytes(), StandardCharsets.US_ASCII);
        return TIME.parse(text, Instant::from);
    }
}
