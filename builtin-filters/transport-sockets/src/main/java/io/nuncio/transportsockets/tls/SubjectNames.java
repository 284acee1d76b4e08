package io.nuncio.transportsockets.tls;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The alternative names of a certificate's subject, read from the extension's own bytes, so that a
/// name with a NUL in it is seen as it is.
///
/// @param all in the certificate's order
/// @param broken true if the extension cannot be read to its end, or a name has a NUL
record SubjectNames(List<Name> all, boolean broken) {
    private static final String EXTENSION = "2.5.29.17";
    private static final SubjectNames NONE = new SubjectNames(List.of(), false);
    private static final SubjectNames BROKEN = new SubjectNames(List.of(), true);

    /// The kinds of names that a configuration can match.
    enum Kind {
        EMAIL,
        DNS,
        URI,
        IP_ADDRESS,
        OTHER_NAME
    }

    /// One name.
    ///
    /// @param oid of an "other name", such as `1.2.3`; else empty
    record Name(Kind kind, String value, String oid) {}

    SubjectNames {
        all = List.copyOf(all);
    }

    static SubjectNames of(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(EXTENSION);
        if (extension == null) {
            return NONE;
        }
        try {
            Der octets = new Der(extension, 0, extension.length);
            Der.Element sequence = octets.next().expect(0x04).contents().next().expect(0x30);
            List<Name> names = new ArrayList<>();
            Der inside = sequence.contents();
            while (inside.more()) {
                Name name = name(inside.next());
                if (name != null) {
                    if (name.value().indexOf(0) >= 0) {
                        return BROKEN;
                    }
                    names.add(name);
                }
            }
            return new SubjectNames(names, false);
        } catch (IndexOutOfBoundsException | IllegalArgumentException unreadable) {
            return BROKEN;
        }
    }

    private static @Nullable Name name(Der.Element element) {
        return switch (element.tag()) {
            case 0x81 -> new Name(Kind.EMAIL, text(element.bytes()), "");
            case 0x82 -> new Name(Kind.DNS, text(element.bytes()), "");
            case 0x86 -> new Name(Kind.URI, text(element.bytes()), "");
            case 0x87 -> new Name(Kind.IP_ADDRESS, address(element.bytes()), "");
            case 0xa0 -> otherName(element.contents());
            default -> null;
        };
    }

    private static Name otherName(Der inside) {
        String oid = oid(inside.next().expect(0x06).bytes());
        Der.Element value = inside.next().expect(0xa0).contents().next();
        boolean text = value.tag() == 0x0c || value.tag() == 0x13 || value.tag() == 0x16;
        return new Name(
                Kind.OTHER_NAME,
                text
                        ? new String(value.bytes(), StandardCharsets.UTF_8)
                        : HexFormat.of().formatHex(value.bytes()),
                oid);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String address(byte[] bytes) {
        try {
            return new Address.Ip(InetAddress.getByAddress(bytes), 0).host();
        } catch (UnknownHostException notAnAddress) {
            throw new IllegalArgumentException(notAnAddress);
        }
    }

    private static String oid(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        long part = 0;
        for (byte each : bytes) {
            part = part << 7 | (each & 0x7f);
            if (each < 0) {
                continue;
            }
            if (text.isEmpty()) {
                long first = Math.min(part / 40, 2);
                text.append(first).append('.').append(part - first * 40);
            } else {
                text.append('.').append(part);
            }
            part = 0;
        }
        return text.toString();
    }

    /// As failures name them.
    @Override
    public String toString() {
        return String.join(", ", all.stream().map(Name::value).toList());
    }
}
