package io.nuncio.kernel.format;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// The built-in command operators by name, each with what may follow the name.
///
/// The families are filled in by [HeaderOperators], [SizeOperators], [DurationOperators],
/// [StreamOperators], [AddressOperators], [MetadataOperators], [FilterStateOperators],
/// [TlsOperators] and [CoalesceOperator].
final class Operators {
    /// Whether an operator takes an argument.
    enum Argument {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    /// Makes the piece for one use of an operator.
    @FunctionalInterface
    interface Maker {
        /// @param argument empty if there is none
        /// @param maxLength -1 for no limit
        Piece make(String argument, int maxLength) throws InvalidFormat;
    }

    private record Operator(Argument argument, boolean length, Maker maker) {}

    /// Operators of Envoy that are refused, each with the reason.
    static final Map<String, String> REFUSED =
            Map.of(
                    "CEL", "expressions of CEL are not evaluated",
                    "TYPED_CEL", "expressions of CEL are not evaluated",
                    "REQ_WITHOUT_QUERY",
                            "it comes with the formatter extension"
                                    + " envoy.formatter.req_without_query, to be named under"
                                    + " `formatters`",
                    "FILE_CONTENT", "it is of a later version of Envoy",
                    "SECRET", "it is of a later version of Envoy");

    /// Operators that are read and print no value, each with the reason.
    static final Map<String, String> WITHOUT_VALUE =
            Map.of(
                    "ROUNDTRIP_DURATION", "known of QUIC alone",
                    "SPAN_ID", "there is no tracer",
                    "TRACE_ID", "there is no tracer");

    private final Map<String, Operator> operators = new HashMap<>();

    Operators(FormatEnvironment environment) {
        HeaderOperators.addTo(this);
        SizeOperators.addTo(this);
        DurationOperators.addTo(this, environment);
        StreamOperators.addTo(this, environment);
        AddressOperators.addTo(this);
        MetadataOperators.addTo(this);
        FilterStateOperators.addTo(this);
        TlsOperators.addTo(this, environment);
        CoalesceOperator.addTo(this);
        for (String name : WITHOUT_VALUE.keySet()) {
            add(
                    name,
                    Argument.OPTIONAL,
                    true,
                    (argument, maxLength) -> new Pieces.Text(context -> null));
        }
    }

    void add(String name, Argument argument, boolean length, Maker maker) {
        operators.put(name, new Operator(argument, length, maker));
    }

    /// An operator that is nothing but its name.
    void add(String name, Piece piece) {
        add(name, Argument.NONE, false, (argument, maxLength) -> piece);
    }

    /// All that formats may use without an extension, sorted.
    SortedSet<String> names() {
        return new TreeSet<>(operators.keySet());
    }

    Piece piece(String name, String argument, int maxLength) throws InvalidFormat {
        Operator operator = operators.get(name);
        if (operator == null) {
            throw new InvalidFormat(unknown(name));
        }
        if (operator.argument == Argument.NONE && (!argument.isEmpty() || maxLength >= 0)) {
            throw new InvalidFormat(name + " does not take any parameters or length");
        }
        if (operator.argument == Argument.REQUIRED && argument.isEmpty()) {
            throw new InvalidFormat(name + " requires parameters");
        }
        if (!operator.length && maxLength >= 0) {
            throw new InvalidFormat(name + " does not allow length to be specified");
        }
        return operator.maker.make(argument, maxLength);
    }

    private String unknown(String name) {
        String refused = REFUSED.get(name);
        if (refused != null) {
            return "command operator " + name + " is not supported: " + refused;
        }
        String nearest = nearest(name);
        return "unknown command operator "
                + name
                + (nearest == null ? "" : ", did you mean " + nearest + "?");
    }

    private @Nullable String nearest(String name) {
        String best = null;
        int bestDistance = 1 + name.length() / 3;
        for (String candidate : operators.keySet()) {
            int distance = distance(name, candidate);
            if (distance < bestDistance
                    || (distance == bestDistance
                            && best != null
                            && candidate.compareTo(best) < 0)) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /// How many characters must be put in, taken out or replaced.
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int diagonal = above[0];
            above[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = diagonal + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                diagonal = above[column];
                above[column] = Math.min(replaced, 1 + Math.min(above[column], above[column - 1]));
            }
        }
        return above[to.length()];
    }
}
