package io.nuncio.kernel.config;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Which fields of which messages one module supports, each with the test that shows it: the
/// module's `META-INF/nuncio/supported-fields.txt`.
///
/// A full message name stands at the start of a line; below it, indented, `field_name TestClass` or
/// `field_name TestClass#method`. What follows `#` at the start of a line or after a space is a
/// comment; that of a field which changes nothing, here as in Envoy, starts with `no effect`.
/// Immutable.
public final class FieldTable {
    /// The table of a module that supports no field of any message.
    public static final FieldTable EMPTY = new FieldTable(Map.of(), Map.of(), false);

    /// A table that lets every field pass, for looking at a message that is not going to serve.
    public static final FieldTable EVERYTHING = new FieldTable(Map.of(), Map.of(), true);

    /// Where a module's table is in its jar.
    public static final String RESOURCE = "META-INF/nuncio/supported-fields.txt";

    private final Map<String, Map<String, String>> messages;
    private final Map<String, String> notes;
    private final boolean everything;

    private FieldTable(
            Map<String, Map<String, String>> messages,
            Map<String, String> notes,
            boolean everything) {
        this.messages = messages;
        this.notes = notes;
        this.everything = everything;
    }

    /// Reads a table.
    ///
    /// @param origin what errors call the text
    /// @throws IllegalArgumentException naming the line that is not of the format
    public static FieldTable parse(String text, String origin) {
        Map<String, Map<String, String>> messages = new LinkedHashMap<>();
        Map<String, String> notes = new HashMap<>();
        Map<String, String> fields = null;
        String message = "";
        int number = 0;
        for (int start = 0, end; start < text.length(); start = end + 1) {
            int newline = text.indexOf('\n', start);
            end = newline < 0 ? text.length() : newline;
            number++;
            String line = text.substring(start, end);
            int comment = line.startsWith("#") ? 0 : line.indexOf(" #");
            String content = (comment < 0 ? line : line.substring(0, comment)).stripTrailing();
            if (content.isEmpty()) {
                continue;
            }
            if (!Character.isWhitespace(content.charAt(0))) {
                message = content;
                fields = messages.computeIfAbsent(message, _ -> new LinkedHashMap<>());
                continue;
            }
            String entry = content.strip();
            int space = 0;
            while (space < entry.length() && !Character.isWhitespace(entry.charAt(space))) {
                space++;
            }
            String field = entry.substring(0, space);
            String test = entry.substring(space).strip();
            if (fields == null || !isFieldName(field) || !isOneWord(test)) {
                throw new IllegalArgumentException(
                        origin
                                + ":"
                                + number
                                + ": expected `field_name TestClass` below a message, found `"
                                + line
                                + "`");
            }
            if (fields.put(field, test) != null) {
                throw new IllegalArgumentException(
                        origin + ":" + number + ": `" + field + "` of " + message + " again");
            }
            if (comment >= 0) {
                notes.put(message + "." + field, line.substring(comment + 2).strip());
            }
        }
        return new FieldTable(messages, notes, false);
    }

    private static boolean isOneWord(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isWhitespace(text.charAt(at))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isFieldName(String word) {
        for (int at = 0; at < word.length(); at++) {
            char character = word.charAt(at);
            if (character != '_' && !Character.isLetterOrDigit(character)) {
                return false;
            }
        }
        return !word.isEmpty();
    }

    /// True if the field works.
    public boolean supports(String message, String field) {
        Map<String, String> fields = messages.get(message);
        return everything || (fields != null && fields.containsKey(field));
    }

    /// The messages with their fields and each field's test, in the order of the text.
    public Map<String, Map<String, String>> messages() {
        return Collections.unmodifiableMap(messages);
    }

    /// The comment on a field, empty if there is none.
    public String note(String message, String field) {
        return notes.getOrDefault(message + "." + field, "");
    }

    /// The full names of the messages in the table.
    public Set<String> names() {
        return messages().keySet();
    }
}
