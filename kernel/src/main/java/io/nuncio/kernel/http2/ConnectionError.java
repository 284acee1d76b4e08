package io.nuncio.kernel.http2;

import io.nuncio.spi.host.CodecError;

/// Why a connection cannot go on: what GOAWAY says, and what the user of the codec is told.
///
/// @param code one of [ErrorCode]
record ConnectionError(int code, CodecError.Kind kind, String message) {
    static ConnectionError protocol(String message) {
        return of(ErrorCode.PROTOCOL_ERROR, message);
    }

    static ConnectionError of(int code, String message) {
        return new ConnectionError(
                code, CodecError.Kind.PROTOCOL_ERROR, "http/2 protocol error: " + message);
    }

    static ConnectionError flood(String message) {
        return new ConnectionError(
                ErrorCode.ENHANCE_YOUR_CALM, CodecError.Kind.BUFFER_FLOOD, message);
    }
}
