package io.nuncio.kernel.format;

import io.nuncio.spi.FormatCommand;
import io.nuncio.spi.FormatCommands;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a format string: text, `%%` for a percent sign, and `%OPERATOR(argument):maxLength%`.
///
/// Operators of formatter extensions come before the built-in ones, as in Envoy.
final class FormatParser {
    private static final Pattern OPERATOR =
            Pattern.compile("%([A-Z0-9_]+)(?:\\((.*?)\\))?(?::([0-9]+))?%", Pattern.UNIX_LINES);
    private static final int SHOWN = 40;

    private final Operators operators;
    private final List<FormatCommands> extensions;

    FormatParser(Operators operators, List<FormatCommands> extensions) {
        this.operators = operators;
        this.extensions = List.copyOf(extensions);
    }

    /// @return at least one piece
    List<Piece> parse(String format) throws InvalidFormat {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        Matcher operator = OPERATOR.matcher(format);
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c != '%') {
                literal.append(c);
                at++;
            } else if (format.startsWith("%%", at)) {
                literal.append('%');
                at += 2;
            } else {
                if (!literal.isEmpty()) {
                    pieces.add(new Pieces.Literal(literal.toString()));
                    literal.setLength(0);
                }
                if (!operator.region(at, format.length()).lookingAt()) {
                    throw new InvalidFormat(
                            "no command operator at position "
                                    + at
                                    + " (`"
                                    + shown(format, at)
                                    + "`), expected %NAME%, %NAME(argument)% or"
                                    + " %NAME(argument):length%; a percent sign is written %%");
                }
                pieces.add(piece(operator));
                at = operator.end();
            }
        }
        if (!literal.isEmpty() || format.isEmpty()) {
            pieces.add(new Pieces.Literal(literal.toString()));
        }
        return pieces;
    }

    private Piece piece(Matcher operator) throws InvalidFormat {
        String name = operator.group(1);
        String argument = operator.group(2) == null ? "" : operator.group(2);
        int maxLength = maxLength(operator.group(3));
        for (FormatCommands extension : extensions) {
            try {
                FormatCommand command = extension.parse(name, argument, maxLength);
                if (command != null) {
                    return new Pieces.Extension(command);
                }
            } catch (IllegalArgumentException wrong) {
                throw new InvalidFormat(name + ": " + wrong.getMessage());
            }
        }
        return operators.piece(name, argument, maxLength);
    }

    private static int maxLength(@org.jspecify.annotations.Nullable String digits)
            throws InvalidFormat {
        if (digits == null) {
            return -1;
        }
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException tooLarge) {
            throw new InvalidFormat("length " + digits + " is too large");
        }
    }

    private static String shown(String format, int at) {
        return format.length() - at > SHOWN
                ? format.substring(at, at + SHOWN) + "..."
                : format.substring(at);
    }
}
