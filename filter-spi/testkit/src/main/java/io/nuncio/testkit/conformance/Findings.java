package io.nuncio.testkit.conformance;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The broken rules so far: of each rule the first finding.
final class Findings {
    private final List<Finding> all = new ArrayList<>();
    private final Set<? extends ConformanceRule> excepted;
    private String situation = "";

    Findings(Set<? extends ConformanceRule> excepted) {
        this.excepted = excepted;
    }

    void in(String name) {
        situation = name;
    }

    void add(ConformanceRule rule, String what) {
        add(rule, what, null);
    }

    /// From any thread.
    synchronized void add(ConformanceRule rule, String what, @Nullable Throwable cause) {
        if (!excepted.contains(rule) && !has(rule)) {
            all.add(new Finding(rule, situation, what, cause));
        }
    }

    synchronized boolean has(ConformanceRule rule) {
        return all.stream().anyMatch(finding -> finding.rule() == rule);
    }

    synchronized List<Finding> all() {
        return List.copyOf(all);
    }

    /// @throws AssertionError if there are any; the message names each, and says what to do
    static void check(List<Finding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        var text = new StringBuilder("the filter breaks ").append(findings.size());
        text.append(findings.size() == 1 ? " rule:" : " rules:");
        for (Finding finding : findings) {
            text.append("\n\n").append(finding);
        }
        var error = new AssertionError(text.toString());
        for (Finding finding : findings) {
            if (finding.cause() != null) {
                error.addSuppressed(finding.cause());
            }
        }
        throw error;
    }
}
