package io.nuncio.kernel.format;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The built-in command operators by name, each with what may follow the name.
///
/// The families are filled in by [HeaderOperators], [StreamOperators], [AddressOperators],
/// [MetadataOperators] and [TlsOperators].
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

    /// Operators that formatter extensions bring, with the extension's name.
    private static final Map<String, String> BY_EXTENSION =
            Map.of(
                    "CEL", "envoy.formatter.cel",
                    "TYPED_CEL", "envoy.formatter.cel",
                    "METADATA", "envoy.formatter.metadata",
                    "REQ_WITHOUT_QUERY", "envoy.formatter.req_without_query",
                    "FILE_CONTENT", "envoy.formatter.file_content",
                    "SECRET", "envoy.formatter.generic_secret");

    /// Operators of Envoy that are refused, since a value that is silently absent would mislead.
    private static final Set<String> NOT_YET = Set.of("COALESCE", "PER_REQUEST_STATE");

    /// Operators whose values nobody measures yet: they are read and print no value.
    private static final String[] WITHOUT_VALUE = {
        "BYTES_RETRANSMITTED",
        "CLUSTER_METADATA",
        "DOWNSTREAM_DETECTED_CLOSE_TYPE",
        "DOWNSTREAM_HANDSHAKE_DURATION",
        "PACKETS_RETRANSMITTED",
        "ROUNDTRIP_DURATION",
        "SPAN_ID",
        "TLS_JA3_FINGERPRINT",
        "TLS_JA4_FINGERPRINT",
        "TRACE_ID",
        "UPSTREAM_CONNECTION_POOL_READY_DURATION",
        "UPSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED",
        "UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT",
        "UPSTREAM_DETECTED_CLOSE_TYPE",
        "UPSTREAM_FILTER_STATE",
        "UPSTREAM_HEADER_BYTES_RECEIVED",
        "UPSTREAM_HEADER_BYTES_SENT",
        "UPSTREAM_WIRE_BYTES_RECEIVED",
        "UPSTREAM_WIRE_BYTES_SENT",
    };

    private final Map<String, Operator> operators = new HashMap<>();

    Operators(FormatEnvironment environment) {
        HeaderOperators.addTo(this);
        StreamOperators.addTo(this, environment);
        AddressOperators.addTo(this);
        MetadataOperators.addTo(this);
        TlsOperators.addTo(this, environment);
        for (String name : WITHOUT_VALUE) {
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
        String extension = BY_EXTENSION.get(name);
        if (extension != null) {
            return "command operator "
                    + name
                    + " comes with the formatter extension "
                    + extension
                    + "; name it under `formatters`";
        }
        if (NOT_YET.contains(name)) {
            return "command operator " + name + " is not supported yet";
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
