package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.Address;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;

/// Reads `x-forwarded-for`.
final class ForwardedFor {
    private ForwardedFor() {}

    /// The address at `skip` places from the end of the list.
    ///
    /// @return null if there are not that many, or what stands there is no address
    static @Nullable Address address(RequestHeaders headers, int skip) {
        String list = joined(headers);
        if (list == null) {
            return null;
        }
        int end = list.length();
        for (int i = 0; i < skip; i++) {
            end = list.lastIndexOf(',', end - 1);
            if (end < 0) {
                return null;
            }
        }
        int start = list.lastIndexOf(',', end - 1) + 1;
        String text = list.substring(start, end).strip();
        try {
            return text.isEmpty() ? null : new Address.Ip(InetAddress.ofLiteral(text), 0);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// True if the list has exactly one entry.
    static boolean single(RequestHeaders headers) {
        String list = joined(headers);
        return list != null && list.indexOf(',') < 0;
    }

    private static @Nullable String joined(RequestHeaders headers) {
        if (!headers.contains(HeaderName.X_FORWARDED_FOR)) {
            return null;
        }
        List<String> all = headers.getAll(HeaderName.X_FORWARDED_FOR);
        return String.join(",", all);
    }
}
