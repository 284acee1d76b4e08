package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.NONE;
import static io.nuncio.kernel.format.Operators.Argument.OPTIONAL;
import static io.nuncio.kernel.format.Operators.Argument.REQUIRED;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

import java.util.function.Function;

/// Operators that read headers, trailers and the request's path.
final class HeaderOperators {
    private HeaderOperators() {}

    static void addTo(Operators operators) {
        addHeader(operators, "REQ", FormatContext::requestHeaders);
        addHeader(operators, "REQUEST_HEADER", FormatContext::requestHeaders);
        addHeader(operators, "RESP", FormatContext::responseHeaders);
        addHeader(operators, "RESPONSE_HEADER", FormatContext::responseHeaders);
        addHeader(operators, "TRAILER", FormatContext::responseTrailers);
        addHeader(operators, "RESPONSE_TRAILER", FormatContext::responseTrailers);
        operators.add("PATH", OPTIONAL, true, HeaderOperators::path);
        operators.add("QUERY_PARAM", REQUIRED, true, HeaderOperators::queryParam);
        operators.add("QUERY_PARAMS", OPTIONAL, true, HeaderOperators::queryParams);
        operators.add("GRPC_STATUS", OPTIONAL, false, (argument, _) -> GrpcStatus.piece(argument));
        operators.add("GRPC_STATUS_NUMBER", NONE, false, (_, _) -> GrpcStatus.piece("NUMBER"));
    }

    private static void addHeader(
            Operators operators,
            String name,
            Function<FormatContext, @Nullable ? extends HeaderMap> map) {
        operators.add(
                name,
                REQUIRED,
                true,
                (argument, maxLength) -> {
                    String[] names = argument.split("\\?", -1);
                    if (names.length > 2) {
                        throw new InvalidFormat(
                                name + ": more than one alternative header in `" + argument + "`");
                    }
                    return new Pieces.Header(
                            map,
                            headerName(name, names[0]),
                            names.length == 2 ? headerName(name, names[1]) : null,
                            maxLength);
                });
    }

    private static @Nullable HeaderName headerName(String operator, String name)
            throws InvalidFormat {
        if (name.isEmpty()) {
            return null;
        }
        try {
            return HeaderName.of(name);
        } catch (IllegalArgumentException _) {
            if (name.matches(":[!-9;-~]+")) {
                return null; // a pseudo-header that no message has
            }
            throw new InvalidFormat(operator + ": `" + name + "` is not a header name");
        }
    }

    private static Piece path(String argument, int maxLength) throws InvalidFormat {
        String[] parts = argument.split(":", -1);
        String query = parts[0];
        String which = parts.length > 1 ? parts[1] : "";
        if (parts.length > 2) {
            throw new InvalidFormat("PATH: too many options in `" + argument + "`");
        }
        if (!query.isEmpty() && !query.equals("WQ") && !query.equals("NQ")) {
            throw new InvalidFormat(
                    "Invalid PATH option: '" + query + "', only 'WQ'/'NQ' are allowed");
        }
        boolean withQuery = !query.equals("NQ");
        HeaderName original = HeaderName.X_ENVOY_ORIGINAL_PATH;
        return switch (which) {
            case "ORIG" -> bytes(context -> path(context, original, null, withQuery), maxLength);
            case "PATH" ->
                    bytes(context -> path(context, HeaderName.PATH, null, withQuery), maxLength);
            case "", "ORIG_OR_PATH" ->
                    bytes(
                            context -> path(context, original, HeaderName.PATH, withQuery),
                            maxLength);
            default ->
                    throw new InvalidFormat(
                            "Invalid PATH option: '"
                                    + which
                                    + "', only 'ORIG'/'PATH'/'ORIG_OR_PATH' are allowed");
        };
    }

    private static @Nullable String path(
            FormatContext context,
            HeaderName name,
            @Nullable HeaderName alternative,
            boolean withQuery) {
        RequestHeaders headers = context.requestHeaders();
        if (headers == null) {
            return null;
        }
        String path = headers.get(name);
        if (path == null && alternative != null) {
            path = headers.get(alternative);
        }
        if (path == null || withQuery) {
            return path;
        }
        int end = path.indexOf('?');
        return end < 0 ? path : path.substring(0, end);
    }

    private static @Nullable String query(FormatContext context) {
        RequestHeaders headers = context.requestHeaders();
        if (headers == null) {
            return null;
        }
        String path = headers.path();
        int start = path.indexOf('?');
        return start < 0 ? null : path.substring(start + 1);
    }

    private static Piece queryParams(String how, int maxLength) throws InvalidFormat {
        return switch (how) {
            case "", "ORIG" -> bytes(HeaderOperators::query, maxLength);
            case "DECODED" ->
                    bytes(
                            context -> {
                                String query = query(context);
                                return query == null ? null : decoded(query);
                            },
                            maxLength);
            default ->
                    throw new InvalidFormat(
                            "Invalid QUERY_PARAMS option: '"
                                    + how
                                    + "', only 'ORIG'/'DECODED' are allowed");
        };
    }

    /// With the bytes that `%` and two digits stand for; a `%` without digits stays.
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            int high = at + 2 < text.length() ? Character.digit(text.charAt(at + 1), 16) : -1;
            int low = at + 2 < text.length() ? Character.digit(text.charAt(at + 2), 16) : -1;
            if (c == '%' && high >= 0 && low >= 0) {
                decoded.append((char) (high << 4 | low));
                at += 2;
            } else {
                decoded.append(c);
            }
        }
        return decoded.toString();
    }

    private static Piece queryParam(String name, int maxLength) {
        return bytes(context -> queryParam(query(context), name), maxLength);
    }

    /// The first value of a parameter, as it stands in the query.
    private static @Nullable String queryParam(@Nullable String query, String name) {
        if (query == null) {
            return null;
        }
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if ((equals < 0 ? pair : pair.substring(0, equals)).equals(name)) {
                return equals < 0 ? "" : pair.substring(equals + 1);
            }
        }
        return null;
    }

    /// A piece of text whose chars are bytes already.
    private static Piece bytes(Function<FormatContext, @Nullable String> text, int maxLength) {
        return new Pieces.Bytes(text, maxLength);
    }
}
