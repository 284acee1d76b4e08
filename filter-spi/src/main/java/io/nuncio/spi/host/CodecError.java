package io.nuncio.spi.host;

/// Why a codec can read no further.
///
/// @param message for logs; details for the client went by [RequestReceiver#onProtocolError]
/// @param status of a response that nobody had asked for, 0 if it is not known
public record CodecError(Kind kind, String message, int status) {
    public CodecError(Kind kind, String message) {
        this(kind, message, 0);
    }

    public enum Kind {
        /// The peer broke the protocol.
        PROTOCOL_ERROR,
        /// The peer makes us buffer, or work, without end.
        BUFFER_FLOOD,
        /// A response came before its request (client codecs).
        PREMATURE_RESPONSE,
        /// The peer speaks another protocol.
        WRONG_PROTOCOL
    }
}
