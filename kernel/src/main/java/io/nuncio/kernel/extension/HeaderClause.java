package io.nuncio.kernel.extension;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One clause of an OSGi manifest header: `path; attribute=value; list:List<String>="a,b";
/// directive:="x"`.
///
/// @param name the path before the first semicolon, such as a namespace or a package
/// @param attributes by name, types of attributes left out
/// @param directives by name
record HeaderClause(String name, Map<String, String> attributes, Map<String, String> directives) {
    HeaderClause {
        attributes = Map.copyOf(attributes);
        directives = Map.copyOf(directives);
    }

    /// The clauses of a header.
    ///
    /// @throws IllegalArgumentException if it does not follow the grammar
    static List<HeaderClause> parse(String header) {
        var clauses = new ArrayList<HeaderClause>();
        for (String clause : split(header, ',')) {
            List<String> parts = split(clause, ';');
            var attributes = new LinkedHashMap<String, String>();
            var directives = new LinkedHashMap<String, String>();
            for (String part : parts.subList(1, parts.size())) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("`" + part + "` is no attribute");
                }
                String value = unquoted(part.substring(equals + 1).trim());
                boolean directive = part.charAt(equals - 1) == ':';
                String key = part.substring(0, directive ? equals - 1 : equals).trim();
                int type = key.indexOf(':');
                if (directive) {
                    directives.put(key, value);
                } else {
                    attributes.put(type < 0 ? key : key.substring(0, type).trim(), value);
                }
            }
            clauses.add(new HeaderClause(parts.getFirst(), attributes, directives));
        }
        return clauses;
    }

    /// The elements of an attribute that is a list: commas divide, a backslash takes the next
    /// character as it is.
    List<String> list(String attribute) {
        var elements = new ArrayList<String>();
        var element = new StringBuilder();
        String value = attributes.getOrDefault(attribute, "");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                element.append(value.charAt(++i));
            } else if (c == ',') {
                elements.add(element.toString().trim());
                element.setLength(0);
            } else {
                element.append(c);
            }
        }
        elements.add(element.toString().trim());
        elements.removeIf(String::isEmpty);
        return List.copyOf(elements);
    }

    private static List<String> split(String text, char divider) {
        var parts = new ArrayList<String>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == divider && !quoted) {
                parts.add(text.substring(start, i).trim());
                start = i + 1;
            }
        }
        if (quoted) {
            throw new IllegalArgumentException("a quotation mark is missing");
        }
        parts.add(text.substring(start).trim());
        return parts;
    }

    /// Without the quotation marks and what escapes one; other escapes belong to the list syntax
    /// and stay.
    private static String unquoted(String value) {
        if (value.length() < 2 || value.charAt(0) != '"') {
            return value;
        }
        return value.substring(1, value.length() - 1).replace("\\\"", "\"");
    }
}
