package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TypeRegistry;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads protobuf's text format. Its parser wants a registry of the types that the text names, so
/// the text is searched for them first.
final class TextReader {
    private final MessageTypes types;
    private final UnknownTypes unknownTypes;

    TextReader(MessageTypes types, UnknownTypes unknownTypes) {
        this.types = types;
        this.unknownTypes = unknownTypes;
    }

    /// The message, or null after a problem was reported.
    @Nullable DynamicMessage read(ConfigSource source, Descriptor type, ProblemList problems) {
        String text = text(source);
        boolean known = true;
        TypeRegistry.Builder registry = TypeRegistry.newBuilder();
        for (Named named : named(text)) {
            Message prototype = types.find(named.type());
            if (prototype != null) {
                registry.add(prototype.getDescriptorForType());
            } else {
                known = false;
                int lineStart = text.lastIndexOf('\n', named.at()) + 1;
                int line =
                        1
                                + (int)
                                        text.substring(0, named.at())
                                                .chars()
                                                .filter(c -> c == '\n')
                                                .count();
                problems.error(
                        source.name(),
                        line,
                        named.at() - lineStart + 1,
                        "",
                        unknownTypes.message(named.type()));
            }
        }
        if (!known) {
            return null;
        }
        try {
            DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
            TextFormat.Parser.newBuilder()
                    .setTypeRegistry(registry.build())
                    .build()
                    .merge(text, builder);
            return builder.build();
        } catch (TextFormat.ParseException broken) {
            report(source, broken, problems);
            return null;
        }
    }

    /// Where each field is, or null if the text cannot be read.
    @Nullable TextFormatParseInfoTree locations(ConfigSource source, Descriptor type) {
        String text = text(source);
        TypeRegistry.Builder registry = TypeRegistry.newBuilder();
        for (Named named : named(text)) {
            Message prototype = types.find(named.type());
            if (prototype != null) {
                registry.add(prototype.getDescriptorForType());
            }
        }
        TextFormatParseInfoTree.Builder tree = TextFormatParseInfoTree.builder();
        try {
            TextFormat.Parser.newBuilder()
                    .setTypeRegistry(registry.build())
                    .setParseInfoTreeBuilder(tree)
                    .build()
                    .merge(text, DynamicMessage.newBuilder(type));
        } catch (TextFormat.ParseException broken) {
            return null;
        }
        return tree.build();
    }

    private static String text(ConfigSource source) {
        return new String(source.content(), StandardCharsets.UTF_8);
    }

    private static void report(
            ConfigSource source, TextFormat.ParseException broken, ProblemList problems) {
        String message = String.valueOf(broken.getMessage());
        boolean reported = false;
        for (String line : message.lines().toList()) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && isNumber(parts[0]) && isNumber(parts[1])) {
                problems.error(
                        source.name(),
                        Integer.parseInt(parts[0]),
                        Integer.parseInt(parts[1]),
                        "",
                        parts[2].strip());
                reported = true;
            }
        }
        if (!reported) {
            problems.error(
                    source.name(),
                    broken.getLine(),
                    broken.getColumn(),
                    "",
                    message.lines().findFirst().orElse(""));
        }
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() < 10 && text.chars().allMatch(Character::isDigit);
    }

    /// A type that the text names in brackets, and where.
    private record Named(String type, int at) {}

    private static List<Named> named(String text) {
        List<Named> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int open = text.indexOf('[');
        while (open >= 0) {
            int close = text.indexOf(']', open);
            if (close < 0) {
                break;
            }
            String inside = text.substring(open + 1, close).strip();
            int slash = inside.lastIndexOf('/');
            if (slash > 0 && inside.chars().allMatch(TextReader::inTypeUrl) && seen.add(inside)) {
                found.add(new Named(inside.substring(slash + 1), open));
            }
            open = text.indexOf('[', open + 1);
        }
        return found;
    }

    private static boolean inTypeUrl(int character) {
        return Character.isLetterOrDigit(character) || "._-/".indexOf(character) >= 0;
    }
}
