package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.Address;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

/// Reads `x-forwarded-for`.
final class ForwardedFor {
    private ForwardedFor() {}

    /// The address at `skip` places from the end of the list.
    ///
    /// @return null if there are not that many, or what stands there is no address
    static @Nullable Address address(RequestHeaders headers, int skip) {
        String list = list(headers);
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
        return Address.Ip.parse(list.substring(start, end).strip(), 0);
    }

    /// True if the list has exactly one entry.
    static boolean single(RequestHeaders headers) {
        String list = list(headers);
        return list != null && list.indexOf(',') < 0;
    }

    private static @Nullable String list(RequestHeaders headers) {
        int first = headers.find(HeaderName.X_FORWARDED_FOR);
        if (first < 0) {
            return null;
        }
        return headers.findAfter(first, HeaderName.X_FORWARDED_FOR) < 0
                ? headers.valueOf(first)
                : String.join(",", headers.getAll(HeaderName.X_FORWARDED_FOR));
    }
}
