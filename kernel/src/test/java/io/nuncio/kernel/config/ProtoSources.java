package io.nuncio.kernel.config;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The sources of Envoy's API in its jar, read for what its descriptors do not have: comments.
final class ProtoSources {
    private static final Pattern FIELD =
            Pattern.compile("^(?:repeated |optional )?(map<[^>]+>|[\\w.]+) +(\\w+) *= *\\d+");

    private final List<Field> fields = new ArrayList<>();
    private final Deque<Block> blocks = new ArrayDeque<>();
    private final StringBuilder statement = new StringBuilder();
    private final StringBuilder comment = new StringBuilder();
    private String packageName = "";

    private ProtoSources() {}

    /// A field of a message.
    ///
    /// @param fullName with package and message
    /// @param type as the source has it
    /// @param comment what stands above it
    /// @param oneofComment what stands above the oneof that it is of, empty if it is of none
    record Field(String fullName, String type, String comment, String oneofComment) {}

    /// A block of the source: the message's name, or empty for any other; the comment of a oneof.
    private record Block(String message, String comment) {}

    /// Every field of version 3.
    static List<Field> fields() throws Exception {
        Path jar =
                Path.of(
                        Bootstrap.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        List<Field> all = new ArrayList<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().toList()) {
                String name = entry.getName();
                boolean current = name.startsWith("envoy/") || name.startsWith("xds/");
                if (current && name.endsWith(".proto") && name.contains("/v3/")) {
                    ProtoSources source = new ProtoSources();
                    source.read(
                            new String(
                                    file.getInputStream(entry).readAllBytes(),
                                    StandardCharsets.UTF_8));
                    all.addAll(source.fields);
                }
            }
        }
        return all;
    }

    private void read(String source) {
        for (String raw : source.lines().toList()) {
            String line = raw.strip();
            if (line.startsWith("//")) {
                comment.append(line).append('\n');
                continue;
            }
            for (char character : (line + " ").toCharArray()) {
                switch (character) {
                    case '{' -> open();
                    case '}' -> close();
                    case ';' -> end();
                    default -> statement.append(character);
                }
            }
        }
    }

    private boolean inOption() {
        return blocks.stream().anyMatch(block -> block.message().equals("="));
    }

    private void open() {
        String start = statement.toString().strip();
        if (start.contains("=") || inOption()) {
            blocks.push(new Block("=", ""));
            return;
        }
        blocks.push(
                new Block(
                        start.startsWith("message ") ? start.substring(8).strip() : "",
                        start.startsWith("oneof ") ? comment.toString() : ""));
        statement.setLength(0);
        comment.setLength(0);
    }

    private void close() {
        if (!blocks.pop().message().equals("=")) {
            statement.setLength(0);
        }
    }

    private void end() {
        if (inOption()) {
            statement.append(';');
            return;
        }
        String text = statement.toString().strip();
        statement.setLength(0);
        if (text.startsWith("package ")) {
            packageName = text.substring(8);
        }
        Matcher field = FIELD.matcher(text);
        if (field.find() && !text.startsWith("option ")) {
            Block block = blocks.peek();
            fields.add(
                    new Field(
                            packageName + "." + path() + field.group(2),
                            field.group(1),
                            comment.toString(),
                            block == null ? "" : block.comment()));
            comment.setLength(0);
        }
    }

    private String path() {
        List<String> names = new ArrayList<>();
        blocks.descendingIterator().forEachRemaining(block -> names.add(block.message()));
        names.removeIf(String::isEmpty);
        return names.isEmpty() ? "" : String.join(".", names) + ".";
    }
}
