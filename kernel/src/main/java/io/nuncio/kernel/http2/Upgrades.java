package io.nuncio.kernel.http2;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;

import org.jspecify.annotations.Nullable;

/// Another protocol inside a stream: what HTTP/1 says with `upgrade`, HTTP/2 says with extended
/// CONNECT (RFC 8441). Everybody but the HTTP/2 codec sees the words of HTTP/1.
final class Upgrades {
    private Upgrades() {}

    /// Turns extended CONNECT into an upgrade; other requests stay as they are.
    static void requestToHttp1(RequestHeaders headers) {
        String protocol = headers.get(HeaderName.PROTOCOL);
        if (protocol == null || protocol.equals("bytestream")) {
            return;
        }
        headers.set(HeaderName.METHOD, "GET");
        headers.set(HeaderName.UPGRADE, protocol);
        headers.set(HeaderName.CONNECTION, "upgrade");
        headers.remove(HeaderName.PROTOCOL);
    }

    /// The protocol that a request asks for, null if it asks for none.
    static @Nullable String asked(RequestHeaders headers) {
        return isUpgrade(headers) ? headers.get(HeaderName.UPGRADE) : null;
    }

    /// What HTTP/2 says for a request: an upgrade as extended CONNECT, and nothing that only HTTP/1
    /// has. The user's headers stay as they are, since it may send them again.
    static RequestHeaders requestToHttp2(RequestHeaders headers) {
        boolean connect = headers.is(HeaderName.METHOD, "CONNECT");
        if (!connect && !ofHttp1(headers)) {
            return headers;
        }
        var request = RequestHeaders.copyOf(headers);
        if (isUpgrade(headers)) {
            request.set(HeaderName.METHOD, "CONNECT");
            request.set(HeaderName.PROTOCOL, headers.get(HeaderName.UPGRADE, ""));
            removeNoLength(request);
        } else if (connect) {
            request.remove(HeaderName.SCHEME);
            request.remove(HeaderName.PATH);
            request.remove(HeaderName.PROTOCOL);
        }
        removeHttp1(request);
        return request;
    }

    /// An upstream that agrees to the upgrade says 200.
    static void responseToHttp1(ResponseHeaders headers, String protocol) {
        if (headers.status() == 200) {
            headers.status(101);
            headers.set(HeaderName.UPGRADE, protocol);
            headers.set(HeaderName.CONNECTION, "upgrade");
        }
    }

    /// What HTTP/2 says for a response: 200 for 101, and nothing that only HTTP/1 has.
    static ResponseHeaders responseToHttp2(ResponseHeaders headers) {
        if (!ofHttp1(headers)) {
            return headers;
        }
        var response = ResponseHeaders.copyOf(headers);
        if (isUpgrade(headers)) {
            if (headers.status() == 101) {
                response.status(200);
            }
            removeNoLength(response);
        }
        removeHttp1(response);
        return response;
    }

    /// True if there is anything that belongs to a connection of HTTP/1 (RFC 9113, 8.2.2).
    private static boolean ofHttp1(HeaderMap headers) {
        return headers.contains(HeaderName.CONNECTION)
                || headers.contains(HeaderName.TRANSFER_ENCODING)
                || headers.contains(HeaderName.UPGRADE)
                || headers.contains(HeaderName.KEEP_ALIVE)
                || headers.contains(HeaderName.PROXY_CONNECTION)
                || headers.contains(HeaderName.HOST);
    }

    private static void removeHttp1(HeaderMap headers) {
        headers.remove(HeaderName.CONNECTION);
        headers.remove(HeaderName.TRANSFER_ENCODING);
        headers.remove(HeaderName.UPGRADE);
        headers.remove(HeaderName.KEEP_ALIVE);
        headers.remove(HeaderName.PROXY_CONNECTION);
        headers.remove(HeaderName.HOST);
    }

    private static boolean isUpgrade(HeaderMap headers) {
        return headers.contains(HeaderName.UPGRADE)
                && headers.containsToken(HeaderName.CONNECTION, "upgrade");
    }

    private static void removeNoLength(HeaderMap headers) {
        if (headers.is(HeaderName.CONTENT_LENGTH, "0")) {
            headers.remove(HeaderName.CONTENT_LENGTH);
        }
    }
}
