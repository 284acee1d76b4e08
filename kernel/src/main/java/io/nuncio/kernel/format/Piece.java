package io.nuncio.kernel.format;

import io.nuncio.spi.FormatContext;

/// One part of a compiled format: immutable, shared by all workers.
abstract sealed class Piece
        permits Pieces.Literal,
                Pieces.Text,
                Pieces.Bytes,
                Pieces.Number,
                Pieces.Port,
                Pieces.Header,
                Pieces.Time,
                Pieces.Typed,
                Pieces.First,
                Pieces.Extension {
    /// Appends the text.
    ///
    /// @return false, and nothing is appended, if there is none
    abstract boolean append(FormatContext context, Line line);

    /// Appends the value as JSON; a string by default, `null` if there is none.
    void appendJson(FormatContext context, Line line) {
        int start = line.length();
        line.append((byte) '"');
        if (append(context, line)) {
            JsonText.escape(line, start + 1);
            line.append((byte) '"');
        } else {
            line.truncate(start);
            JsonText.nothing(line);
        }
    }
}
