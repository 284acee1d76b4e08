package io.nuncio.testkit.conformance;

import java.util.List;

/// A request and what the upstream answers.
///
/// @param name for people
/// @param path empty for none
record Exchange(String name, String method, String path, Message request, Message response) {
    /// The shapes that messages come in.
    static final List<Exchange> SHAPES =
            List.of(
                    new Exchange(
                            "headers alone", "GET", "/", Message.ofHeaders(), Message.ofHeaders()),
                    post("a body", Message.of("hello ", "world")),
                    post(
                            "a body with its length",
                            Message.of("hello ", "world").withContentLength()),
                    post("a body and trailers", Message.of("hello ", "world").withTrailers()),
                    post("trailers without a body", Message.ofHeaders().withTrailers()),
                    post("one-byte chunks", Message.of("h", "e", "l", "l", "o")),
                    post(
                            "one-byte chunks and trailers",
                            Message.of("h", "e", "l", "l", "o").withTrailers()),
                    post("an empty last chunk", Message.of("hello", "")),
                    post("an empty body", Message.of("")),
                    new Exchange(
                            "CONNECT without path",
                            "CONNECT",
                            "",
                            Message.of("through"),
                            Message.of("back")));

    static Exchange post(String name, Message both) {
        return new Exchange(name, "POST", "/", both, both);
    }

    Exchange at(String otherPath) {
        return new Exchange(name, method, otherPath, request, response);
    }

    int steps() {
        return request.steps() + response.steps();
    }
}
