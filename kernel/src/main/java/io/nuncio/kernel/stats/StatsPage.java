package io.nuncio.kernel.stats;

import java.util.function.Consumer;

/// The answer to a request of the admin server about statistics.
///
/// @param status 200 or 400
/// @param contentType without which a browser guesses
/// @param body writes the text piece by piece into a sink that keeps what it needs; on any thread
public record StatsPage(int status, String contentType, Body body) {
    static final String TEXT = "text/plain; charset=UTF-8";
    static final String JSON = "application/json";

    static StatsPage text(int status, String text) {
        return new StatsPage(status, TEXT, sink -> sink.accept(text));
    }

    /// Writes the text into the sink, in pieces of some kilobytes.
    public void writeTo(Consumer<String> sink) {
        body.writeTo(sink);
    }

    /// The whole text; for small pages and tests.
    public String text() {
        StringBuilder all = new StringBuilder();
        writeTo(all::append);
        return all.toString();
    }

    /// Writes a page.
    public interface Body {
        void writeTo(Consumer<String> sink);
    }
}
