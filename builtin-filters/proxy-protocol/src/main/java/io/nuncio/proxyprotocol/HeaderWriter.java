package io.nuncio.proxyprotocol;

import io.nuncio.spi.Address;
import io.nuncio.spi.ProxyProtocolData.Tlv;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Headers as they go to an upstream.
final class HeaderWriter {
    static final int MAX_LENGTH = 65535;

    private static final byte[] SIGNATURE = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int UNSPECIFIED = 0;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int TLV_HEAD = 3;

    private HeaderWriter() {}

    /// A line of version 1.
    static byte[] v1(Address source, Address destination) {
        String line = "PROXY UNKNOWN\r\n";
        if (source instanceof Address.Ip from && destination instanceof Address.Ip to) {
            boolean v6 = from.v6() || to.v6();
            line =
                    "PROXY %s %s %s %d %d\r\n"
                            .formatted(
                                    v6 ? "TCP6" : "TCP4",
                                    (v6 ? Addresses.v6(from) : from).host(),
                                    (v6 ? Addresses.v6(to) : to).host(),
                                    from.port(),
                                    to.port());
        }
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    /// A header of version 2 that names nobody.
    static byte[] v2Local() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(LOCAL);
        out.write(0);
        u16(out, 0);
        return out.toByteArray();
    }

    /// A header of version 2.
    ///
    /// @param tlvs that [#fit]
    static byte[] v2(Address.Ip source, Address.Ip destination, List<Tlv> tlvs) {
        boolean v6 = source.v6() || destination.v6();
        byte[] from = (v6 ? Addresses.v6(source) : source).address().getAddress();
        byte[] to = (v6 ? Addresses.v6(destination) : destination).address().getAddress();
        var out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(PROXY);
        out.write(v6 ? TCP6 : TCP4);
        u16(out, from.length + to.length + 4 + length(tlvs));
        out.writeBytes(from);
        out.writeBytes(to);
        u16(out, source.port());
        u16(out, destination.port());
        write(tlvs, out);
        return out.toByteArray();
    }

    /// A header of version 2 on behalf of somebody who has no IP address (`AF_UNSPEC`).
    ///
    /// @param tlvs that [#fit]
    static byte[] v2Unspecified(List<Tlv> tlvs) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(PROXY);
        out.write(UNSPECIFIED);
        u16(out, length(tlvs));
        write(tlvs, out);
        return out.toByteArray();
    }

    private static void write(List<Tlv> tlvs, ByteArrayOutputStream out) {
        for (Tlv tlv : tlvs) {
            out.write(tlv.type());
            u16(out, tlv.value().size());
            out.writeBytes(tlv.value().toByteArray());
        }
    }

    /// True if there is room for them in a header.
    static boolean fit(List<Tlv> tlvs) {
        return length(tlvs) <= MAX_LENGTH - 36;
    }

    private static int length(List<Tlv> tlvs) {
        int length = 0;
        for (Tlv tlv : tlvs) {
            length += TLV_HEAD + tlv.value().size();
        }
        return length;
    }

    private static void u16(ByteArrayOutputStream out, int value) {
        out.write(value >> 8);
        out.write(value);
    }
}
