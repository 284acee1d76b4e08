package io.nuncio.kernel.config;

import com.google.protobuf.Message;

import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What became of a configuration: the message if it may be used, and everything a person should
/// know. Main thread.
///
/// @param <M> the message, such as `Bootstrap`
public final class LoadResult<M extends Message> {
    private final @Nullable M message;
    private final List<ConfigProblem> problems;
    private final int deprecatedUses;
    private final Positions positions;

    LoadResult(
            @Nullable M message,
            List<ConfigProblem> problems,
            int deprecatedUses,
            Positions positions) {
        this.message = message;
        this.problems = List.copyOf(problems);
        this.deprecatedUses = deprecatedUses;
        this.positions = positions;
    }

    /// True if there is no error.
    public boolean ok() {
        return message != null;
    }

    /// The message.
    ///
    /// @throws IllegalStateException if there were errors
    public M message() {
        if (message == null) {
            throw new IllegalStateException("the configuration has errors:\n" + text());
        }
        return message;
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

    /// Adds file, line and column to one finding, by its path from this message.
    public ConfigProblem locate(Problems.Problem problem) {
        Positions.Place place = positions.locate(problem.path());
        return new ConfigProblem(
                place.file(),
                place.line(),
                place.column(),
                problem.path(),
                problem.message(),
                problem.warning() ? ConfigProblem.Severity.WARNING : ConfigProblem.Severity.ERROR);
    }
}
