package io.nuncio.kernel.format;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

/// The gRPC status of a response: from its trailers, else its headers, else after the HTTP status.
public final class GrpcStatus {
    /// What [#of] returns when the stream is not gRPC or has no status.
    public static final int NONE = Integer.MIN_VALUE;

    /// What stands in the header is not a number.
    private static final int INVALID = -1;

    private static final String[] CAMEL = {
        "OK",
        "Canceled",
        "Unknown",
        "InvalidArgument",
        "DeadlineExceeded",
        "NotFound",
        "AlreadyExists",
        "PermissionDenied",
        "ResourceExhausted",
        "FailedPrecondition",
        "Aborted",
        "OutOfRange",
        "Unimplemented",
        "Internal",
        "Unavailable",
        "DataLoss",
        "Unauthenticated"
    };
    private static final String[] SNAKE = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED"
    };

    private GrpcStatus() {}

    static Piece piece(String format) throws InvalidFormat {
        return switch (format) {
            case "", "CAMEL_STRING" -> new Pieces.Text(context -> name(context, CAMEL));
            case "SNAKE_STRING" -> new Pieces.Text(context -> name(context, SNAKE));
            case "NUMBER" ->
                    new Pieces.Number(context -> {
                        int status = ofRequest(context);
                        return status == NONE ? Pieces.NONE : status;
                    });
            default ->
                    throw new InvalidFormat(
                            "GRPC_STATUS only supports CAMEL_STRING, SNAKE_STRING or NUMBER, was `"
                                    + format
                                    + "`");
        };
    }

    private static @Nullable String name(FormatContext context, String[] names) {
        int status = ofRequest(context);
        if (status == NONE) {
            return null;
        }
        return status >= 0 && status < names.length ? names[status] : Integer.toString(status);
    }

    private static int ofRequest(FormatContext context) {
        return grpc(context.requestHeaders()) ? of(context) : NONE;
    }

    /// The status, whatever the request was; worker thread.
    ///
    /// @return [#NONE] if there is neither a status nor a response
    public static int of(FormatContext context) {
        int status = in(context.responseTrailers());
        if (status == NONE) {
            status = in(context.responseHeaders());
        }
        if (status == NONE) {
            int http = context.info().responseCode();
            status = http == 0 ? NONE : fromHttp(http);
        }
        return status;
    }

    private static boolean grpc(@Nullable RequestHeaders headers) {
        if (headers == null) {
            return false;
        }
        return headers.startsWith(HeaderName.CONTENT_TYPE, "application/grpc+")
                || headers.is(HeaderName.CONTENT_TYPE, "application/grpc");
    }

    private static int in(@Nullable HeaderMap headers) {
        String text = headers == null ? null : headers.get(HeaderName.GRPC_STATUS);
        if (text == null || text.isEmpty()) {
            return NONE;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return INVALID;
        }
    }

    private static int fromHttp(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }
}
