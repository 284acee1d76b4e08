package io.nuncio.kernel.format;

import io.nuncio.spi.Format;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.LogFile;

/// A format as the workers run it.
abstract sealed class CompiledFormat implements Format
        permits CompiledFormat.Text, CompiledFormat.Json {
    /// Room for the first entry; later ones get what the last one took. Racy on purpose: a guess.
    private int expected = 256;

    abstract void append(FormatContext context, Line line);

    @Override
    public final String format(FormatContext context) {
        return line(context).toString();
    }

    @Override
    public final void write(FormatContext context, LogFile file) {
        Line line = line(context);
        file.write(line.bytes(), 0, line.length());
    }

    private Line line(FormatContext context) {
        Line line = new Line(expected);
        append(context, line);
        if (line.length() > expected) {
            expected = Math.min(line.length() + 64, 8192);
        }
        return line;
    }

    /// Piece after piece; `-` where there is no value.
    static final class Text extends CompiledFormat {
        private final Piece[] pieces;
        private final boolean omitEmptyValues;

        Text(Piece[] pieces, boolean omitEmptyValues) {
            this.pieces = pieces;
            this.omitEmptyValues = omitEmptyValues;
        }

        @Override
        void append(FormatContext context, Line line) {
            for (Piece piece : pieces) {
                if (!piece.append(context, line) && !omitEmptyValues) {
                    line.append((byte) '-');
                }
            }
        }
    }

    /// JSON text and values in turn, and a line end.
    static final class Json extends CompiledFormat {
        private final byte[][] texts;
        private final Piece[][] values;
        private final boolean omitEmptyValues;

        /// @param texts one more than there are values: what stands before each and after the last
        /// @param values one piece keeps its type, more make a string
        Json(byte[][] texts, Piece[][] values, boolean omitEmptyValues) {
            this.texts = texts;
            this.values = values;
            this.omitEmptyValues = omitEmptyValues;
        }

        @Override
        void append(FormatContext context, Line line) {
            for (int index = 0; index < values.length; index++) {
                line.append(texts[index]);
                Piece[] value = values[index];
                if (value.length == 1) {
                    value[0].appendJson(context, line);
                } else {
                    string(context, line, value);
                }
            }
            line.append(texts[values.length]);
            line.append((byte) '\n');
        }

        private void string(FormatContext context, Line line, Piece[] pieces) {
            line.append((byte) '"');
            for (Piece piece : pieces) {
                int start = line.length();
                if (piece.append(context, line)) {
                    JsonText.escape(line, start);
                } else if (!omitEmptyValues) {
                    line.append((byte) '-');
                }
            }
            line.append((byte) '"');
        }
    }
}
