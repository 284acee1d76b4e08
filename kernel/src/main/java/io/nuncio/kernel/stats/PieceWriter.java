package io.nuncio.kernel.stats;

import java.util.function.Consumer;

/// Collects text and hands it on in pieces, so that a page of a million statistics is never in
/// memory as a whole.
final class PieceWriter {
    private static final int PIECE = 16 * 1024;

    private final Consumer<String> sink;
    private final StringBuilder piece = new StringBuilder(PIECE + 1024);

    PieceWriter(Consumer<String> sink) {
        this.sink = sink;
    }

    PieceWriter add(String text) {
        piece.append(text);
        if (piece.length() >= PIECE) {
            flush();
        }
        return this;
    }

    PieceWriter add(char c) {
        piece.append(c);
        return this;
    }

    PieceWriter add(long number) {
        piece.append(number);
        return this;
    }

    void flush() {
        if (!piece.isEmpty()) {
            sink.accept(piece.toString());
            piece.setLength(0);
        }
    }
}
