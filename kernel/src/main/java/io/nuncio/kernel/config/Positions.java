package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.TextFormatParseInfoTree;
import com.google.protobuf.TextFormatParseLocation;

import org.jspecify.annotations.Nullable;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;

/// Finds the place of a field in the texts that a configuration was made of.
///
/// It keeps the texts, not their trees: those would take several times the memory, so they are read
/// again when somebody asks. Where two sources are merged, lists are appended and everything else
/// is the last source's, as in the merged message. Main thread.
final class Positions {
    /// A place in a source; line and column are 0 where only the source is known.
    ///
    /// @param exact true if it is the field itself, not a message around it
    record Place(String file, int line, int column, boolean exact) {
        static final Place NOWHERE = new Place("", 0, 0, false);

        Place around() {
            return new Place(file, line, column, false);
        }
    }

    private final List<ConfigSource> sources;
    private final Descriptor root;
    private final TextReader textReader;
    private SoftReference<List<Cursor>> cursors = new SoftReference<>(null);

    Positions(List<ConfigSource> sources, Descriptor root, TextReader textReader) {
        this.sources = List.copyOf(sources);
        this.root = root;
        this.textReader = textReader;
    }

    /// A value in one source, with the way to go deeper.
    private interface Cursor {
        ConfigSource source();

        Place place();

        /// The value of the step, or null if this source does not have it.
        @Nullable Cursor field(String name);

        @Nullable Cursor element(int index);

        @Nullable Cursor key(String key);

        /// How many elements a list has; 0 if this is no list.
        int size();
    }

    /// The place of the field, or of the nearest message around it that a source has.
    Place locate(String path) {
        List<Cursor> at = cursors();
        if (at.isEmpty()) {
            return sources.isEmpty()
                    ? Place.NOWHERE
                    : new Place(sources.getLast().name(), 0, 0, false);
        }
        Place place =
                at.size() == 1
                        ? at.get(0).place()
                        : new Place(at.getLast().source().name(), 0, 0, true);
        for (PathText.Step step : PathText.steps(path)) {
            List<Cursor> next = new ArrayList<>();
            switch (step) {
                case PathText.Step.Field(String name) ->
                        at.forEach(cursor -> add(next, cursor.field(name)));
                case PathText.Step.Key(String key) ->
                        at.forEach(cursor -> add(next, cursor.key(key)));
                case PathText.Step.Element(int index) -> {
                    int left = index;
                    for (Cursor cursor : at) {
                        if (left < cursor.size()) {
                            add(next, cursor.element(left));
                            break;
                        }
                        left -= cursor.size();
                    }
                }
            }
            if (next.isEmpty()) {
                return place.around();
            }
            at = next;
            place = at.getLast().place();
        }
        return place;
    }

    private static void add(List<Cursor> cursors, @Nullable Cursor cursor) {
        if (cursor != null) {
            cursors.add(cursor);
        }
    }

    private List<Cursor> cursors() {
        List<Cursor> known = cursors.get();
        if (known == null) {
            known = new ArrayList<>();
            for (ConfigSource source : sources) {
                switch (source.format()) {
                    case YAML, JSON -> {
                        YamlNode node = YamlReader.read(source, new ProblemList());
                        if (node != null) {
                            known.add(new NodeCursor(source, node, node));
                        }
                    }
                    case TEXT -> {
                        TextFormatParseInfoTree tree = textReader.locations(source, root);
                        if (tree != null) {
                            known.add(new TextCursor(source, tree, root, null, -1));
                        }
                    }
                    case BINARY -> known.add(new FileCursor(source));
                }
            }
            cursors = new SoftReference<>(known);
        }
        return known;
    }

    /// Keeps trees that the loader has read anyway, while it needs places.
    void remember(List<YamlNode> roots) {
        if (roots.size() == sources.size()) {
            List<Cursor> known = new ArrayList<>();
            for (int index = 0; index < roots.size(); index++) {
                known.add(new NodeCursor(sources.get(index), roots.get(index), roots.get(index)));
            }
            cursors = new SoftReference<>(known);
        }
    }

    /// @param shown the node whose place stands for the value: for a mapping or list, its key
    private record NodeCursor(ConfigSource source, YamlNode node, YamlNode shown)
            implements Cursor {
        @Override
        public Place place() {
            return new Place(source.name(), shown.line(), shown.column(), true);
        }

        @Override
        public @Nullable Cursor field(String name) {
            if (!(node instanceof YamlNode.Mapping mapping)) {
                return null;
            }
            Cursor found = null;
            for (YamlNode.Entry entry : mapping.entries()) {
                if (!entry.ignored()
                        && (entry.name().equals(name) || isCamelCaseOf(entry.name(), name))) {
                    found = at(entry);
                }
            }
            if (found == null
                    && mapping.get("value") instanceof YamlNode.Mapping value
                    && isValueOf(mapping)) {
                return new NodeCursor(source, value, value).field(name);
            }
            return found;
        }

        /// True for a TypedStruct, and for an Any whose type is written as `value`: a path may
        /// leave that step out.
        private static boolean isValueOf(YamlNode.Mapping mapping) {
            return mapping.get("@type") != null;
        }

        private NodeCursor at(YamlNode.Entry entry) {
            return new NodeCursor(
                    source,
                    entry.value(),
                    entry.value() instanceof YamlNode.Scalar scalar
                                    && !(scalar.plain() && scalar.text().isEmpty())
                            ? scalar
                            : entry.key());
        }

        @Override
        public @Nullable Cursor element(int index) {
            int[] left = {index};
            YamlNode element = element(node, left);
            return element == null ? null : new NodeCursor(source, element, element);
        }

        private static @Nullable YamlNode element(YamlNode node, int[] left) {
            if (!(node instanceof YamlNode.Sequence sequence)) {
                return left[0]-- == 0 ? node : null;
            }
            for (YamlNode item : sequence.items()) {
                YamlNode found = element(item, left);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        @Override
        public int size() {
            return size(node);
        }

        private static int size(YamlNode node) {
            if (!(node instanceof YamlNode.Sequence sequence)) {
                return 1;
            }
            int size = 0;
            for (YamlNode item : sequence.items()) {
                size += size(item);
            }
            return size;
        }

        @Override
        public @Nullable Cursor key(String key) {
            if (node instanceof YamlNode.Mapping mapping) {
                Cursor found = null;
                for (YamlNode.Entry entry : mapping.entries()) {
                    if (!entry.ignored() && entry.name().equals(key)) {
                        found = at(entry);
                    }
                }
                return found;
            }
            return null;
        }

        private static boolean isCamelCaseOf(String written, String name) {
            int at = 0;
            boolean upper = false;
            for (int index = 0; index < name.length(); index++) {
                char character = name.charAt(index);
                if (character == '_') {
                    upper = true;
                    continue;
                }
                if (at >= written.length()
                        || written.charAt(at)
                                != (upper ? Character.toUpperCase(character) : character)) {
                    return false;
                }
                upper = false;
                at++;
            }
            return at == written.length();
        }
    }

    /// @param field the field that this is the value of, null for the root
    private record TextCursor(
            ConfigSource source,
            TextFormatParseInfoTree tree,
            @Nullable Descriptor type,
            @Nullable FieldDescriptor field,
            int index)
            implements Cursor {
        @Override
        public Place place() {
            if (field == null) {
                return new Place(source.name(), 1, 1, true);
            }
            TextFormatParseLocation location = location(Math.max(index, 0));
            return new Place(source.name(), location.getLine() + 1, location.getColumn() + 1, true);
        }

        private TextFormatParseLocation location(int at) {
            return at < size() ? tree.getLocations(field).get(at) : TextFormatParseLocation.EMPTY;
        }

        @Override
        public @Nullable Cursor field(String name) {
            TextFormatParseInfoTree inside = inside();
            FieldDescriptor next = type == null ? null : type.findFieldByName(name);
            if (inside == null || next == null || inside.getLocations(next).isEmpty()) {
                return null;
            }
            Descriptor nextType =
                    next.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                            ? next.getMessageType()
                            : null;
            return new TextCursor(source, inside, nextType, next, -1);
        }

        private @Nullable TextFormatParseInfoTree inside() {
            if (field == null) {
                return tree;
            }
            List<TextFormatParseInfoTree> nested = tree.getNestedTrees(field);
            int at = Math.max(index, 0);
            return at < nested.size() ? nested.get(at) : null;
        }

        @Override
        public @Nullable Cursor element(int at) {
            return at < size() ? new TextCursor(source, tree, type, field, at) : null;
        }

        @Override
        public @Nullable Cursor key(String key) {
            return null;
        }

        @Override
        public int size() {
            return field == null ? 0 : tree.getLocations(field).size();
        }
    }

    /// A serialized message has no places.
    private record FileCursor(ConfigSource source) implements Cursor {
        @Override
        public Place place() {
            return new Place(source.name(), 0, 0, true);
        }

        @Override
        public @Nullable Cursor field(String name) {
            return null;
        }

        @Override
        public @Nullable Cursor element(int index) {
            return null;
        }

        @Override
        public @Nullable Cursor key(String key) {
            return null;
        }

        @Override
        public int size() {
            return 0;
        }
    }
}
