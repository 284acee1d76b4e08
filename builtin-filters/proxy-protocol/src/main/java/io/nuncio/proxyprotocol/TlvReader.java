package io.nuncio.proxyprotocol;

import com.google.protobuf.ByteString;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ProxyProtocolData.Tlv;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The TLVs behind the addresses: a byte for the type, two for the length, the value.
final class TlvReader {
    private static final int HEAD = 3;

    private TlvReader() {}

    /// @return null if they do not end where the header does
    static @Nullable List<Tlv> read(Buffer input, ProxyHeader header) {
        if (header.tlvsAt() == header.length()) {
            return List.of();
        }
        byte[] bytes = new byte[header.length() - header.tlvsAt()];
        input.copyTo(header.tlvsAt(), bytes, 0, bytes.length);
        List<Tlv> tlvs = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            if (bytes.length - at < HEAD) {
                return null;
            }
            int length = (bytes[at + 1] & 0xff) << 8 | bytes[at + 2] & 0xff;
            if (bytes.length - at - HEAD < length) {
                return null;
            }
            tlvs.add(new Tlv(bytes[at] & 0xff, ByteString.copyFrom(bytes, at + HEAD, length)));
            at += HEAD + length;
        }
        return tlvs;
    }
}
