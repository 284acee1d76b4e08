package io.nuncio.kernel.admin;

import java.util.function.Consumer;

/// An answer of the admin server.
///
/// @param contentType Envoy's for the page
/// @param body either whole or written piece by piece
public record AdminResponse(int status, String contentType, Body body) {
    static final String TEXT = "text/plain; charset=UTF-8";
    static final String JSON = "application/json";
    static final String HTML = "text/html; charset=UTF-8";

    /// What a response consists of.
    public sealed interface Body {
        /// The whole text.
        record Whole(String text) implements Body {}

        /// Written on a virtual thread; the sink waits when the client reads slowly, and throws
        /// `CancellationException` when it has gone.
        record Pieces(Writer writer) implements Body {}
    }

    /// Writes a page piece by piece.
    @FunctionalInterface
    public interface Writer {
        void writeTo(Consumer<String> sink);
    }

    public static AdminResponse text(int status, String text) {
        return new AdminResponse(status, TEXT, new Body.Whole(text));
    }

    /// `OK` with a line end: what commands answer.
    public static AdminResponse ok() {
        return text(200, "OK\n");
    }

    public static AdminResponse json(String text) {
        return new AdminResponse(200, JSON, new Body.Whole(text));
    }

    static AdminResponse html(String text) {
        return new AdminResponse(200, HTML, new Body.Whole(text));
    }

    public static AdminResponse pieces(int status, String contentType, Writer writer) {
        return new AdminResponse(status, contentType, new Body.Pieces(writer));
    }

    /// The whole body; for tests and small pages.
    public String text() {
        return switch (body) {
            case Body.Whole(var text) -> text;
            case Body.Pieces(var writer) -> {
                StringBuilder all = new StringBuilder();
                writer.writeTo(all::append);
                yield all.toString();
            }
        };
    }
}
