package io.nuncio.kernel.format;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `COALESCE({"operators": [...]})`: the first of several operators that has a value.
final class CoalesceOperator {
    private CoalesceOperator() {}

    static void addTo(Operators operators) {
        operators.add(
                "COALESCE",
                Operators.Argument.REQUIRED,
                true,
                (argument, maxLength) -> parse(argument, maxLength, operators));
    }

    private static Piece parse(String argument, int maxLength, Operators operators)
            throws InvalidFormat {
        Value list = read(argument).getFieldsMap().get("operators");
        if (list == null) {
            throw new InvalidFormat("COALESCE: JSON configuration must contain 'operators' array");
        }
        if (!list.hasListValue()) {
            throw new InvalidFormat("COALESCE: 'operators' must be an array");
        }
        List<Value> entries = list.getListValue().getValuesList();
        if (entries.isEmpty()) {
            throw new InvalidFormat("COALESCE: 'operators' array must not be empty");
        }
        List<Piece> pieces = new ArrayList<>();
        for (int index = 0; index < entries.size(); index++) {
            try {
                pieces.add(operator(entries.get(index), operators));
            } catch (InvalidFormat wrong) {
                throw new InvalidFormat(
                        "COALESCE: operators[" + index + "]: " + wrong.getMessage());
            }
        }
        return new Pieces.First(pieces.toArray(Piece[]::new), maxLength);
    }

    private static Struct read(String argument) throws InvalidFormat {
        Struct.Builder configuration = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(argument, configuration);
        } catch (InvalidProtocolBufferException wrong) {
            throw new InvalidFormat("COALESCE: the argument is not a JSON object");
        }
        return configuration.build();
    }

    private static Piece operator(Value entry, Operators operators) throws InvalidFormat {
        if (entry.hasStringValue()) {
            return operators.piece(entry.getStringValue(), "", -1);
        }
        if (!entry.hasStructValue()) {
            throw new InvalidFormat("expected the name of an operator or an object with `command`");
        }
        Map<String, Value> fields = entry.getStructValue().getFieldsMap();
        return operators.piece(
                text(fields, "command", true), text(fields, "param", false), maxLength(fields));
    }

    private static String text(Map<String, Value> fields, String name, boolean required)
            throws InvalidFormat {
        Value value = fields.get(name);
        if (value == null && !required) {
            return "";
        }
        if (value == null || !value.hasStringValue()) {
            throw new InvalidFormat("`" + name + "` must be a string");
        }
        return value.getStringValue();
    }

    private static int maxLength(Map<String, Value> fields) throws InvalidFormat {
        Value value = fields.get("max_length");
        if (value == null) {
            return -1;
        }
        double number = value.getNumberValue();
        if (!value.hasNumberValue() || number != Math.rint(number)) {
            throw new InvalidFormat("`max_length` must be an integer");
        }
        if (number <= 0 || number > Integer.MAX_VALUE) {
            throw new InvalidFormat("`max_length` must be a positive integer");
        }
        return (int) number;
    }
}
