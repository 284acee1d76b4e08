package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/// Reads YAML or JSON text into nodes with their places.
///
/// | limit | value | when exceeded |
/// |---|---|---|
/// | size of a text | 64 Mi code points | problem |
/// | nesting | 100 levels | problem |
final class YamlReader {
    static final int MAX_DEPTH = 100;
    private static final int MAX_CODE_POINTS = 64 << 20;

    private final ConfigSource source;
    private final ProblemList problems;
    private final ArrayDeque<Open> open = new ArrayDeque<>();
    private final Map<Anchor, YamlNode> anchors = new HashMap<>();
    private @Nullable YamlNode root;

    /// A collection whose end has not been read; `key` waits for its value.
    private static final class Open {
        final YamlNode node;
        YamlNode.@Nullable Scalar key;

        Open(YamlNode node) {
            this.node = node;
        }
    }

    private YamlReader(ConfigSource source, ProblemList problems) {
        this.source = source;
        this.problems = problems;
    }

    /// The root of the source's only document, or null after a problem was reported.
    static @Nullable YamlNode read(ConfigSource source, ProblemList problems) {
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(source.content()))
                            .toString();
        } catch (CharacterCodingException notUtf8) {
            problems.error(source.name(), 0, 0, "", "the text is not valid UTF-8");
            return null;
        }
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        return new YamlReader(source, problems).read(text);
    }

    private @Nullable YamlNode read(String text) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(source.name())
                        .setCodePointLimit(MAX_CODE_POINTS)
                        .build();
        int documents = 0;
        try {
            for (Iterator<Event> events = new Parse(settings).parseString(text).iterator();
                    events.hasNext(); ) {
                Event event = events.next();
                if (event.getEventId() == Event.ID.DocumentStart && ++documents > 1) {
                    int line = line(event.getStartMark());
                    problem(
                            line,
                            1,
                            "a second document starts here; a configuration is one document (Envoy"
                                    + " ignores the rest)");
                    return null;
                }
                if (!accept(event)) {
                    return null;
                }
            }
        } catch (MarkedYamlEngineException broken) {
            Optional<Mark> mark = broken.getProblemMark().or(broken::getContextMark);
            problem(line(mark), column(mark), syntax(broken));
            return null;
        } catch (ReaderException broken) {
            int at = Math.min(broken.getPosition(), text.length());
            int line =
                    1
                            + (int)
                                    text.substring(0, at)
                                            .chars()
                                            .filter(character -> character == '\n')
                                            .count();
            int column = at - text.lastIndexOf('\n', Math.max(0, at - 1));
            problem(
                    line,
                    Math.max(1, column),
                    String.format(
                            "the character U+%04X is not allowed here", broken.getCodePoint()));
            return null;
        } catch (YamlEngineException broken) {
            String message = String.valueOf(broken.getMessage());
            problem(0, 0, message.lines().findFirst().orElse("the text cannot be read"));
            return null;
        }
        if (root == null
                || (root instanceof YamlNode.Scalar scalar && YamlScalars.isNull(scalar))) {
            problem(1, 1, "the configuration is empty");
            return null;
        }
        return root;
    }

    private static String syntax(MarkedYamlEngineException broken) {
        String message = String.valueOf(broken.getProblem());
        if (message.contains("\\t")) {
            return "a tab is used for indentation; YAML wants spaces";
        }
        String context = broken.getContext();
        if (context == null || context.isBlank()) {
            return message;
        }
        int from = line(broken.getContextMark());
        return message + " (" + context.strip() + (from > 0 ? " from line " + from : "") + ")";
    }

    private boolean accept(Event event) {
        switch (event.getEventId()) {
            case Scalar -> {
                ScalarEvent scalar = (ScalarEvent) event;
                String tag = scalar.getTag().orElse(null);
                boolean plain = scalar.isPlain() && !"!".equals(tag);
                int line = line(event.getStartMark());
                int column = column(event.getStartMark());
                YamlNode node =
                        new YamlNode.Scalar(
                                scalar.getValue(),
                                plain,
                                "!".equals(tag) ? null : tag,
                                line,
                                column);
                anchor(scalar, node);
                return place(node);
            }
            case Alias -> {
                Anchor name = ((AliasEvent) event).getAlias();
                YamlNode node = anchors.get(name);
                if (node == null) {
                    problem(
                            line(event.getStartMark()),
                            column(event.getStartMark()),
                            "the alias `*"
                                    + name.getValue()
                                    + "` has no anchor `&"
                                    + name.getValue()
                                    + "` before it");
                    return false;
                }
                return place(node);
            }
            case SequenceStart, MappingStart -> {
                CollectionStartEvent start = (CollectionStartEvent) event;
                int line = line(event.getStartMark());
                int column = column(event.getStartMark());
                if (open.size() >= MAX_DEPTH) {
                    problem(
                            line,
                            column,
                            "the text is nested deeper than " + MAX_DEPTH + " levels");
                    return false;
                }
                YamlNode node =
                        start instanceof MappingStartEvent
                                ? new YamlNode.Mapping(new ArrayList<>(), line, column)
                                : new YamlNode.Sequence(new ArrayList<>(), line, column);
                anchor(start, node);
                if (!place(node)) {
                    return false;
                }
                open.push(new Open(node));
                return true;
            }
            case SequenceEnd, MappingEnd -> {
                open.pop();
                return true;
            }
            default -> {
                return true;
            }
        }
    }

    private void anchor(NodeEvent event, YamlNode node) {
        event.getAnchor().ifPresent(name -> anchors.put(name, node));
    }

    /// Puts a value where the text has it; false if it is a key but not a scalar.
    private boolean place(YamlNode node) {
        Open parent = open.peek();
        if (parent == null) {
            root = node;
            return true;
        }
        if (parent.node instanceof YamlNode.Sequence sequence) {
            sequence.items().add(node);
            return true;
        }
        YamlNode.Mapping mapping = (YamlNode.Mapping) parent.node;
        YamlNode.Scalar key = parent.key;
        if (key != null) {
            mapping.entries().add(new YamlNode.Entry(key, node));
            parent.key = null;
            return true;
        }
        if (node instanceof YamlNode.Scalar scalar) {
            parent.key = scalar;
            return true;
        }
        problem(node.line(), node.column(), "a key must be text, found " + node.describe());
        return false;
    }

    private void problem(int line, int column, String message) {
        problems.error(source.name(), line, column, "", message);
    }

    private static int line(Optional<Mark> mark) {
        return mark.isPresent() ? mark.get().getLine() + 1 : 0;
    }

    private static int column(Optional<Mark> mark) {
        return mark.isPresent() ? mark.get().getColumn() + 1 : 0;
    }
}
