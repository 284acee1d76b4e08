package io.nuncio.kernel.http1;

import static io.nuncio.spi.HeaderName.CONNECTION;
import static io.nuncio.spi.HeaderName.HTTP2_SETTINGS;
import static io.nuncio.spi.HeaderName.TE;
import static io.nuncio.spi.HeaderName.UPGRADE;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the Connection header of a message says: upgrades, whether the connection stays, and which
/// other headers belong to this hop alone.
final class ConnectionOptions {
    private static final int MOST_NOMINATED = 10;
    private static final int LONGEST_TE = 256;

    private ConnectionOptions() {}

    /// True if the message asks for, or agrees to, another protocol on the connection.
    static boolean upgrade(HeaderMap headers) {
        return headers.contains(UPGRADE) && headers.containsToken(CONNECTION, "upgrade");
    }

    /// True if the peer keeps the connection open after this message.
    static boolean keepAlive(HeaderMap headers, boolean http11) {
        if (headers.containsToken(CONNECTION, "close")
                || headers.containsToken(HeaderName.PROXY_CONNECTION, "close")) {
            return false;
        }
        return http11 || headers.containsToken(CONNECTION, "keep-alive");
    }

    /// Takes back an offer of HTTP/2 without TLS, which is never accepted.
    ///
    /// @return true if there was one
    static boolean removeHttp2Upgrade(RequestHeaders headers) {
        if (!headers.isIgnoreCase(UPGRADE, "h2c")) {
            return false;
        }
        headers.remove(UPGRADE);
        headers.remove(HTTP2_SETTINGS);
        List<String> left = new ArrayList<>();
        for (String option : options(headers)) {
            if (!option.equalsIgnoreCase("upgrade") && !option.equalsIgnoreCase("http2-settings")) {
                left.add(option);
            }
        }
        setOptions(headers, left);
        return true;
    }

    /// Removes the headers that the Connection header names, and their names from it.
    ///
    /// @return false if it names what no peer may take away, or too many
    static boolean removeNominated(RequestHeaders headers) {
        int entry = headers.find(CONNECTION);
        if (entry < 0
                || headers.findAfter(entry, CONNECTION) < 0
                        && (headers.isIgnoreCase(CONNECTION, "keep-alive")
                                || headers.isIgnoreCase(CONNECTION, "close"))) {
            return true;
        }
        List<String> options = options(headers);
        if (options.size() >= MOST_NOMINATED) {
            return false;
        }
        List<String> left = new ArrayList<>();
        for (String option : options) {
            switch (option.toLowerCase(Locale.ROOT)) {
                case "close", "keep-alive", "upgrade", "http2-settings" -> left.add(option);
                case "connection" -> {}
                case "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto" -> {
                    return false;
                }
                case "te" -> {
                    if (!keepTrailersOnly(headers)) {
                        return false;
                    }
                }
                default -> {
                    HeaderName name = name(option);
                    if (name == null || name.pseudo()) {
                        return false;
                    }
                    headers.remove(name);
                }
            }
        }
        if (left.size() < options.size()) {
            setOptions(headers, left);
        }
        return true;
    }

    private static boolean keepTrailersOnly(RequestHeaders headers) {
        String te = headers.getJoined(TE);
        if (te == null) {
            return true;
        }
        if (te.length() > LONGEST_TE) {
            return false;
        }
        if (headers.containsToken(TE, "trailers")) {
            headers.set(TE, "trailers");
        } else {
            headers.remove(TE);
        }
        return true;
    }

    private static @Nullable HeaderName name(String option) {
        try {
            return HeaderName.of(option);
        } catch (IllegalArgumentException notAName) {
            return null;
        }
    }

    private static List<String> options(RequestHeaders headers) {
        List<String> options = new ArrayList<>();
        for (String value : headers.getAll(CONNECTION)) {
            for (String option : value.split(",", -1)) {
                String trimmed = option.strip();
                if (!trimmed.isEmpty()) {
                    options.add(trimmed);
                }
            }
        }
        return options;
    }

    private static void setOptions(RequestHeaders headers, List<String> options) {
        if (options.isEmpty()) {
            headers.remove(CONNECTION);
        } else {
            headers.set(CONNECTION, String.join(",", options));
        }
    }
}
