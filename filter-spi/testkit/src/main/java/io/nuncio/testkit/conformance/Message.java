package io.nuncio.testkit.conformance;

import java.util.List;

/// The shape of a request or a response.
///
/// @param pieces of the body, empty for none
/// @param contentLength whether the headers tell the length
record Message(List<String> pieces, boolean trailers, boolean contentLength) {
    static Message ofHeaders() {
        return of();
    }

    static Message of(String... pieces) {
        return new Message(List.of(pieces), false, false);
    }

    Message withTrailers() {
        return new Message(pieces, true, contentLength);
    }

    Message withContentLength() {
        return new Message(pieces, trailers, true);
    }

    boolean headersAlone() {
        return pieces.isEmpty() && !trailers;
    }

    int length() {
        return pieces.stream().mapToInt(String::length).sum();
    }

    /// Headers, each piece, trailers.
    int steps() {
        return 1 + pieces.size() + (trailers ? 1 : 0);
    }

    /// Whether data is the last step.
    boolean endsWithPiece(int piece) {
        return !trailers && piece == pieces.size() - 1;
    }
}
