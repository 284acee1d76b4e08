package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A value of a YAML or JSON text with its place. Lines and columns count from 1.
///
/// An alias is the node that it names, so the same node may appear in several places; a node may
/// even contain itself.
sealed interface YamlNode {
    int line();

    int column();

    /// What the node is, to complete "found ...".
    String describe();

    /// @param plain true for a scalar without quotes (block scalars count as quoted, as in
    ///   yaml-cpp)
    /// @param tag an explicit tag other than `!`, which is the same as quotes
    record Scalar(String text, boolean plain, @Nullable String tag, int line, int column)
            implements YamlNode {
        private static final int SHOWN = 60;

        @Override
        public String describe() {
            if (plain && tag == null && YamlScalars.isNull(text)) {
                return "nothing";
            }
            String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
            return "`" + shown.replace("\n", "\\n").replace("\r", "\\r") + "`";
        }
    }

    /// `items` is filled while the text is read and not changed afterwards.
    record Sequence(List<YamlNode> items, int line, int column) implements YamlNode {
        @Override
        public String describe() {
            return "a list";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /// `entries` keeps the order and duplicates of the text.
    record Mapping(List<Entry> entries, int line, int column) implements YamlNode {
        @Override
        public String describe() {
            return "a mapping";
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        /// The last value of a key, or null.
        @Nullable YamlNode get(String key) {
            YamlNode found = null;
            for (Entry entry : entries) {
                if (entry.name().equals(key) && !entry.ignored()) {
                    found = entry.value();
                }
            }
            return found;
        }
    }

    /// One pair of a mapping.
    record Entry(Scalar key, YamlNode value) {
        String name() {
            return key.text();
        }

        /// True for a key tagged `!ignore`, which Envoy skips (a place to keep anchors).
        boolean ignored() {
            return "!ignore".equals(key.tag());
        }
    }
}
