package io.nuncio.kernel.format;

import com.google.protobuf.Value;

import io.nuncio.spi.Address;
import io.nuncio.spi.FormatCommand;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The kinds of pieces that formats are made of.
final class Pieces {
    /// What a number piece's function returns when there is no number.
    static final long NONE = Long.MIN_VALUE;

    private Pieces() {}

    /// Text that stands in the format itself.
    static final class Literal extends Piece {
        private final byte[] bytes;

        Literal(String text) {
            bytes = text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        boolean append(FormatContext context, Line line) {
            line.append(bytes);
            return true;
        }
    }

    /// Text that a function finds, null if there is none.
    static final class Text extends Piece {
        private final Function<FormatContext, @Nullable String> function;
        private final int maxLength;

        Text(Function<FormatContext, @Nullable String> function) {
            this(function, -1);
        }

        Text(Function<FormatContext, @Nullable String> function, int maxLength) {
            this.function = function;
            this.maxLength = maxLength;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            String text = function.apply(context);
            if (text == null) {
                return false;
            }
            int start = line.length();
            line.appendText(text);
            cut(line, start, maxLength);
            return true;
        }
    }

    /// Text whose chars are bytes, as header values are; null if there is none.
    static final class Bytes extends Piece {
        private final Function<FormatContext, @Nullable String> function;
        private final int maxLength;

        Bytes(Function<FormatContext, @Nullable String> function, int maxLength) {
            this.function = function;
            this.maxLength = maxLength;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            String text = function.apply(context);
            if (text == null) {
                return false;
            }
            int start = line.length();
            line.appendBytes(text);
            cut(line, start, maxLength);
            return true;
        }
    }

    /// A number that a function finds, [#NONE] if there is none.
    static final class Number extends Piece {
        private final ToLongFunction<FormatContext> function;

        Number(ToLongFunction<FormatContext> function) {
            this.function = function;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            long value = function.applyAsLong(context);
            if (value == NONE) {
                return false;
            }
            line.appendNumber(value);
            return true;
        }

        @Override
        void appendJson(FormatContext context, Line line) {
            if (!append(context, line)) {
                JsonText.nothing(line);
            }
        }
    }

    /// The port of an address: nothing in text, and `null` in JSON, if it is of a kind without.
    static final class Port extends Piece {
        private final Function<FormatContext, @Nullable Address> address;

        Port(Function<FormatContext, @Nullable Address> address) {
            this.address = address;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            Address value = address.apply(context);
            if (value instanceof Address.Ip ip) {
                line.appendNumber(ip.port());
            }
            return value != null;
        }

        @Override
        void appendJson(FormatContext context, Line line) {
            if (address.apply(context) instanceof Address.Ip ip) {
                line.appendNumber(ip.port());
            } else {
                JsonText.nothing(line);
            }
        }
    }

    /// The first value of a header, or of another if the first is not there.
    static final class Header extends Piece {
        private final Function<FormatContext, @Nullable ? extends HeaderMap> map;
        private final @Nullable HeaderName name;
        private final @Nullable HeaderName alternative;
        private final int maxLength;

        Header(
                Function<FormatContext, @Nullable ? extends HeaderMap> map,
                @Nullable HeaderName name,
                @Nullable HeaderName alternative,
                int maxLength) {
            this.map = map;
            this.name = name;
            this.alternative = alternative;
            this.maxLength = maxLength;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            HeaderMap headers = map.apply(context);
            if (headers == null) {
                return false;
            }
            int entry = name == null ? -1 : headers.find(name);
            if (entry < 0 && alternative != null) {
                entry = headers.find(alternative);
            }
            if (entry < 0) {
                return false;
            }
            line.append(headers, entry, maxLength);
            return true;
        }
    }

    /// A moment, printed by a pattern; the function gives milliseconds since the epoch or [#NONE].
    static final class Time extends Piece {
        private final ToLongFunction<FormatContext> function;
        private final TimePattern pattern;

        Time(ToLongFunction<FormatContext> function, TimePattern pattern) {
            this.function = function;
            this.pattern = pattern;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            long micros = function.applyAsLong(context);
            if (micros == NONE) {
                return false;
            }
            pattern.append(micros, line);
            return true;
        }
    }

    /// A value that keeps its type in JSON and is JSON in text, except for strings.
    static final class Typed extends Piece {
        private final Function<FormatContext, @Nullable Value> function;
        private final boolean quoteStrings;
        private final int maxLength;

        /// @param quoteStrings whether a string is printed with quotes in text, too
        Typed(
                Function<FormatContext, @Nullable Value> function,
                boolean quoteStrings,
                int maxLength) {
            this.function = function;
            this.quoteStrings = quoteStrings;
            this.maxLength = maxLength;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            Value value = function.apply(context);
            if (value == null || value.hasNullValue()) {
                return false;
            }
            int start = line.length();
            if (value.hasStringValue() && !quoteStrings) {
                line.appendText(value.getStringValue());
            } else {
                JsonText.value(line, value);
            }
            cut(line, start, maxLength);
            return true;
        }

        @Override
        void appendJson(FormatContext context, Line line) {
            Value value = function.apply(context);
            if (value == null) {
                JsonText.nothing(line);
            } else {
                JsonText.value(line, value);
            }
        }
    }

    /// The first of several pieces that has a value, and one that is not an empty text.
    static final class First extends Piece {
        private final Piece[] pieces;
        private final int maxLength;

        First(Piece[] pieces, int maxLength) {
            this.pieces = pieces;
            this.maxLength = maxLength;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            int start = line.length();
            for (Piece piece : pieces) {
                if (piece.append(context, line) && line.length() > start) {
                    cut(line, start, maxLength);
                    return true;
                }
                line.truncate(start);
            }
            return false;
        }

        @Override
        void appendJson(FormatContext context, Line line) {
            int start = line.length();
            for (Piece piece : pieces) {
                piece.appendJson(context, line);
                if (JsonText.isValue(line, start)) {
                    if (maxLength >= 0 && line.bytes()[start] == '"') {
                        line.truncate(start);
                        line.append((byte) '"');
                        piece.append(context, line);
                        cut(line, start + 1, maxLength);
                        JsonText.escape(line, start + 1);
                        line.append((byte) '"');
                    }
                    return;
                }
                line.truncate(start);
            }
            JsonText.nothing(line);
        }
    }

    /// A command operator of a formatter extension.
    static final class Extension extends Piece {
        private final FormatCommand command;

        Extension(FormatCommand command) {
            this.command = command;
        }

        @Override
        boolean append(FormatContext context, Line line) {
            String text = command.text(context);
            if (text == null) {
                return false;
            }
            if (text.chars().allMatch(c -> c <= 0xff)) {
                line.appendBytes(text);
            } else {
                line.appendText(text);
            }
            return true;
        }

        @Override
        void appendJson(FormatContext context, Line line) {
            Value value = command.value(context);
            if (value == null) {
                JsonText.nothing(line);
            } else {
                JsonText.value(line, value);
            }
        }
    }

    /// Shortens what was appended after `start`.
    private static void cut(Line line, int start, int maxLength) {
        if (maxLength >= 0 && line.length() - start > maxLength) {
            line.truncate(start + maxLength);
        }
    }
}
