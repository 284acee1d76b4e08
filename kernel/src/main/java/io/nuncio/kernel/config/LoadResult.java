package io.nuncio.kernel.config;

import com.google.protobuf.Message;

import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// What became of a configuration: the message if it may be used, and everything a person should
/// know. Main thread.
///
/// @param <M> the message, such as `Bootstrap`
public final class LoadResult<M extends Message> {
    private static final Pattern TYPE = Pattern.compile("<\\w+>|\\.@type$");

    private final @Nullable M written;
    private final boolean usable;
    private final List<ConfigProblem> problems;
    private final int deprecatedUses;
    private final Positions positions;

    /// @param written null if the text has errors
    /// @param usable false if the message has something in it that cannot be used here
    LoadResult(
            @Nullable M written,
            boolean usable,
            List<ConfigProblem> problems,
            int deprecatedUses,
            Positions positions) {
        this.written = written;
        this.usable = usable;
        this.problems = List.copyOf(problems);
        this.deprecatedUses = deprecatedUses;
        this.positions = positions;
    }

    /// True if there is no error.
    public boolean ok() {
        return written != null && usable;
    }

    /// The message.
    ///
    /// @throws IllegalStateException if there were errors
    public M message() {
        if (written == null || !usable) {
            throw new IllegalStateException("the configuration has errors:\n" + text());
        }
        return written;
    }

    /// The message as it is written, also if it has something in it that cannot be used here; null
    /// if the text has errors. Not to be served, but what else is wrong with it can be found.
    public @Nullable M written() {
        return written;
    }

    /// Errors and warnings in the order of the text.
    public List<ConfigProblem> problems() {
        return problems;
    }

    /// The errors alone.
    public List<ConfigProblem> errors() {
        return problems.stream().filter(ConfigProblem::error).toList();
    }

    /// The warnings alone.
    public List<ConfigProblem> warnings() {
        return problems.stream().filter(problem -> !problem.error()).toList();
    }

    /// How many deprecated fields and values are set; Envoy counts them in
    /// `runtime.deprecated_feature_use`.
    public int deprecatedUses() {
        return deprecatedUses;
    }

    /// All problems for people to read, one after the other; empty if there are none.
    public String text() {
        StringBuilder text = new StringBuilder();
        for (ConfigProblem problem : problems) {
            text.append(problem.text()).append('\n');
        }
        return text.toString();
    }

    /// Adds file, line and column to what compiling the message found.
    public List<ConfigProblem> locate(Problems found) {
        List<ConfigProblem> located = new ArrayList<>();
        for (Problems.Problem problem : found.all()) {
            located.add(locate(problem));
        }
        return located;
    }

    /// The problems, and what compiling [#written] found besides; in the order of the text.
    public List<ConfigProblem> problemsAnd(Problems found) {
        List<ConfigProblem> all = new ArrayList<>(problems);
        for (ConfigProblem problem : locate(found)) {
            if (!followsFromErrors(problem)) {
                all.add(problem);
            }
        }
        all.sort(
                Comparator.comparing(ConfigProblem::file)
                        .thenComparingInt(ConfigProblem::line)
                        .thenComparingInt(ConfigProblem::column));
        return all;
    }

    /// True for a problem at, in or around a place that has an error already, and for a field that
    /// is not in the text beside one that cannot be used.
    private boolean followsFromErrors(ConfigProblem problem) {
        String place = place(problem);
        boolean absent = !positions.locate(problem.path()).exact();
        for (ConfigProblem error : errors()) {
            String wrong = place(error);
            if (isIn(place, wrong)
                    || isIn(wrong, place)
                    || (absent && owner(place).equals(owner(wrong)))) {
                return true;
            }
        }
        return false;
    }

    private static String owner(String place) {
        return place.substring(0, Math.max(0, place.lastIndexOf('.')));
    }

    private static boolean isIn(String inner, String outer) {
        return inner.startsWith(outer)
                && (inner.length() == outer.length()
                        || ".[".indexOf(inner.charAt(outer.length())) >= 0);
    }

    /// The path without the names of messages, which not everybody says.
    private static String place(ConfigProblem problem) {
        return TYPE.matcher(problem.path()).replaceAll("");
    }

    /// Adds file, line and column to one finding, by its path from this message.
    public ConfigProblem locate(Problems.Problem problem) {
        Positions.Place place = positions.locate(problem.path());
        return new ConfigProblem(
                place.file(),
                place.line(),
                place.column(),
                problem.path(),
                problem.other().isEmpty()
                        ? problem.message()
                        : problem.message() + " (" + placeOf(problem.other()) + ")",
                problem.warning() ? ConfigProblem.Severity.WARNING : ConfigProblem.Severity.ERROR);
    }

    /// `file:line:column` of a path, or only the file where that is all there is.
    private String placeOf(String path) {
        Positions.Place place = positions.locate(path);
        return place.line() == 0
                ? place.file()
                : place.file() + ":" + place.line() + ":" + place.column();
    }
}
