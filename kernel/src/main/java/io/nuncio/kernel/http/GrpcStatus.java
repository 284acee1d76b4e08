package io.nuncio.kernel.http;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import java.nio.charset.StandardCharsets;

/// gRPC's view of a response that is not gRPC's own.
final class GrpcStatus {
    private static final String CONTENT_TYPE = "application/grpc";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private GrpcStatus() {}

    /// True for `application/grpc` and its kin with a `+suffix`, but not for
    /// `application/grpc-web`.
    static boolean isGrpc(RequestHeaders headers) {
        return headers.contains(HeaderName.CONTENT_TYPE)
                && isGrpc(headers.get(HeaderName.CONTENT_TYPE, ""));
    }

    static boolean isGrpc(String contentType) {
        return contentType.startsWith(CONTENT_TYPE)
                && (contentType.length() == CONTENT_TYPE.length()
                        || contentType.charAt(CONTENT_TYPE.length()) == '+');
    }

    static int fromHttp(int status) {
        return io.nuncio.spi.GrpcStatus.fromHttp(status);
    }

    /// Percent-encodes what may not stand in `grpc-message`.
    static String encodeMessage(String text) {
        var encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b < '~' && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[b >> 4 & 0xf]).append(HEX[b & 0xf]);
            }
        }
        return encoded.toString();
    }
}
