package io.nuncio.kernel.format;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/// Turns a JSON format into text that never changes and values between; keys are sorted.
final class JsonFormatParser {
    private final FormatParser parser;
    private final List<byte[]> texts = new ArrayList<>();
    private final List<Piece[]> values = new ArrayList<>();
    private Line text = new Line(256);

    JsonFormatParser(FormatParser parser) {
        this.parser = parser;
    }

    CompiledFormat parse(Struct format, boolean omitEmptyValues, Problems problems) {
        struct(format, problems);
        endText();
        return new CompiledFormat.Json(
                texts.toArray(byte[][]::new), values.toArray(Piece[][]::new), omitEmptyValues);
    }

    private void struct(Struct struct, Problems problems) {
        text.append((byte) '{');
        boolean first = true;
        for (var field : new TreeMap<>(struct.getFieldsMap()).entrySet()) {
            if (!first) {
                text.append((byte) ',');
            }
            first = false;
            JsonText.string(text, field.getKey());
            text.append((byte) ':');
            value(field.getValue(), problems.in(field.getKey()));
        }
        text.append((byte) '}');
    }

    private void value(Value value, Problems problems) {
        switch (value.getKindCase()) {
            case STRUCT_VALUE -> struct(value.getStructValue(), problems);
            case LIST_VALUE -> {
                text.append((byte) '[');
                List<Value> elements = value.getListValue().getValuesList();
                for (int index = 0; index < elements.size(); index++) {
                    if (index > 0) {
                        text.append((byte) ',');
                    }
                    value(elements.get(index), problems.in("[" + index + "]"));
                }
                text.append((byte) ']');
            }
            case STRING_VALUE -> {
                if (value.getStringValue().indexOf('%') < 0) {
                    JsonText.value(text, value);
                } else {
                    format(value.getStringValue(), problems);
                }
            }
            case NUMBER_VALUE, BOOL_VALUE, NULL_VALUE, KIND_NOT_SET -> JsonText.value(text, value);
        }
    }

    private void format(String format, Problems problems) {
        try {
            List<Piece> pieces = parser.parse(format);
            endText();
            values.add(pieces.toArray(Piece[]::new));
        } catch (InvalidFormat wrong) {
            problems.add("", String.valueOf(wrong.getMessage()));
        }
    }

    private void endText() {
        texts.add(Arrays.copyOf(text.bytes(), text.length()));
        text = new Line(256);
    }
}
