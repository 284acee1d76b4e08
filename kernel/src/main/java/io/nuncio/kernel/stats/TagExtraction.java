package io.nuncio.kernel.stats;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The taking apart of one name: collects the tags and which characters go. Every extractor sees
/// the whole name; the characters are removed at the end.
final class TagExtraction {
    private final String name;
    private final List<Tag> tags = new ArrayList<>(4);
    private final BitSet removed = new BitSet();
    private String @Nullable [] tokens;

    TagExtraction(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /// The name split at its dots.
    String[] tokens() {
        if (tokens == null) {
            tokens = name.split("\\.", -1);
        }
        return tokens;
    }

    boolean has(String tag) {
        for (Tag known : tags) {
            if (known.name().equals(tag)) {
                return true;
            }
        }
        return false;
    }

    void add(String tag, String value) {
        tags.add(new Tag(tag, value));
    }

    /// Adds a tag and removes the characters from `start` up to `end`.
    void add(String tag, String value, int start, int end) {
        add(tag, value);
        removed.set(start, end);
    }

    TaggedName finish() {
        if (removed.isEmpty()) {
            return new TaggedName(name, tags);
        }
        StringBuilder rest = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            if (!removed.get(i)) {
                rest.append(name.charAt(i));
            }
        }
        return new TaggedName(rest.toString(), tags);
    }
}
