package io.nuncio.kernel.config;

import java.util.ArrayList;
import java.util.List;

/// Everything found while one configuration is loaded, up to a limit that no person would read to
/// the end.
final class ProblemList {
    private static final int LIMIT = 1000;

    private final List<ConfigProblem> all = new ArrayList<>();
    private int errors;
    private int left;

    void error(String file, int line, int column, String path, String message) {
        errors++;
        add(new ConfigProblem(file, line, column, path, message, ConfigProblem.Severity.ERROR));
    }

    void warn(String file, int line, int column, String path, String message) {
        add(new ConfigProblem(file, line, column, path, message, ConfigProblem.Severity.WARNING));
    }

    private void add(ConfigProblem problem) {
        if (all.size() < LIMIT) {
            all.add(problem);
        } else {
            left++;
        }
    }

    int errors() {
        return errors;
    }

    /// In the order found; the last one says how many were left out, if any.
    List<ConfigProblem> all() {
        if (left == 0) {
            return List.copyOf(all);
        }
        List<ConfigProblem> shown = new ArrayList<>(all);
        shown.add(
                new ConfigProblem(
                        "",
                        0,
                        0,
                        "",
                        left + " more problems are not shown",
                        ConfigProblem.Severity.ERROR));
        return List.copyOf(shown);
    }
}
