package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Collects everything that is wrong with a configuration, each problem with the path of its field.
///
/// A factory reports here and goes on, so that a person sees all problems in one run; a template
/// whose configuration had a problem is never used. The kernel adds file, line and column to each
/// path. Not thread-safe: one instance belongs to one compilation.
public final class Problems {
    /// One finding. `path` names the field as in `static_resources.clusters[0].name`; `warning` is
    /// true where the configuration is used all the same; `other` is the path of what it
    /// contradicts, empty if it is wrong by itself.
    public record Problem(String path, String message, boolean warning, String other) {
        /// One that is wrong by itself.
        public Problem(String path, String message, boolean warning) {
            this(path, message, warning, "");
        }

        @Override
        public String toString() {
            return path.isEmpty() ? message : path + ": " + message;
        }
    }

    private final String prefix;
    private final List<Problem> all;

    /// An empty collection at the root of a configuration.
    public Problems() {
        // Code that a time limit left behind may still report: it is to harm nobody.
        this("", Collections.synchronizedList(new ArrayList<>()));
    }

    private Problems(String prefix, List<Problem> all) {
        this.prefix = prefix;
        this.all = all;
    }

    /// A view that reports into this collection, with `field` (such as `routes[3].match`) added to
    /// every path.
    public Problems in(String field) {
        return new Problems(path(field), all);
    }

    /// Starts a problem of the given field; nothing is recorded until [Report#found] or
    /// [Report#because] is called.
    ///
    /// @param field relative to this view; empty for the message itself
    public Report at(String field) {
        return new Report(path(field), null);
    }

    /// Records a problem of the given field in one sentence without a full stop.
    public void add(String field, String message) {
        all.add(new Problem(path(field), message, false));
    }

    /// Records that the given field contradicts another one, which is named together with its
    /// place: `has the same matching rules as filter_chains[0]`.
    ///
    /// @param message ends where the name of the other field belongs
    /// @param other relative to this view
    public void contradicts(String field, String message, String other) {
        all.add(new Problem(path(field), message + " " + other, false, path(other)));
    }

    /// Records something a person should know but that does not stop the configuration.
    public void warn(String field, String message) {
        all.add(new Problem(path(field), message, true));
    }

    /// True if nothing but warnings was reported, anywhere in the compilation.
    public boolean none() {
        return all().stream().allMatch(Problem::warning);
    }

    /// Everything reported so far, in order.
    public List<Problem> all() {
        return List.copyOf(all);
    }

    /// The path of this view, empty at the root.
    public String path() {
        return prefix;
    }

    private String path(String field) {
        if (field.isEmpty()) {
            return prefix;
        }
        return prefix.isEmpty() || field.startsWith("[") || field.startsWith("<")
                ? prefix + field
                : prefix + "." + field;
    }

    /// A problem being written down: `problems.at("max_count").expected("a whole number >
    /// 0").found(0)`.
    public final class Report {
        private final String path;
        private final @Nullable String expected;

        private Report(String path, @Nullable String expected) {
            this.path = path;
            this.expected = expected;
        }

        /// What would have been right, to complete "expected ...".
        public Report expected(String what) {
            return new Report(path, what);
        }

        /// Records the problem with the value that was there.
        public void found(Object value) {
            String was = "was " + (value instanceof String text ? "`" + text + "`" : value);
            all.add(
                    new Problem(
                            path, expected == null ? was : was + ", expected " + expected, false));
        }

        /// Records the problem with a reason in words.
        public void because(String reason) {
            all.add(
                    new Problem(
                            path,
                            expected == null ? reason : reason + "; expected " + expected,
                            false));
        }
    }
}
