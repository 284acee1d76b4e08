package io.nuncio.kernel.http1;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The methods that are accepted without `allow_custom_methods`: Envoy's list.
final class Methods {
    private static final byte[][] KNOWN =
            bytes(
                    "GET",
                    "POST",
                    "PUT",
                    "HEAD",
                    "DELETE",
                    "OPTIONS",
                    "PATCH",
                    "CONNECT",
                    "ACL",
                    "BIND",
                    "CHECKOUT",
                    "COPY",
                    "LINK",
                    "LOCK",
                    "MERGE",
                    "MKACTIVITY",
                    "MKCALENDAR",
                    "MKCOL",
                    "MOVE",
                    "MSEARCH",
                    "NOTIFY",
                    "PROPFIND",
                    "PROPPATCH",
                    "PURGE",
                    "REBIND",
                    "REPORT",
                    "SEARCH",
                    "SOURCE",
                    "SUBSCRIBE",
                    "TRACE",
                    "UNBIND",
                    "UNLINK",
                    "UNLOCK",
                    "UNSUBSCRIBE");

    private Methods() {}

    static boolean known(byte[] source, int start, int length) {
        if (length == 3 && source[start] == 'G') {
            return source[start + 1] == 'E' && source[start + 2] == 'T';
        }
        for (byte[] method : KNOWN) {
            if (method.length == length
                    && Arrays.equals(method, 0, length, source, start, start + length)) {
                return true;
            }
        }
        return false;
    }

    private static byte[][] bytes(String... names) {
        byte[][] result = new byte[names.length][];
        for (int index = 0; index < names.length; index++) {
            result[index] = names[index].getBytes(StandardCharsets.US_ASCII);
        }
        return result;
    }
}
