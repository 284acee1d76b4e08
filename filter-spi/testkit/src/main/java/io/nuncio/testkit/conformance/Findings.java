package io.nuncio.testkit.conformance;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The broken rules so far: of each rule the first finding.
final class Findings {
    private final List<Finding> all = new ArrayList<>();
    private final Set<Rule> excepted;
    private String situation = "";

    Findings(Set<Rule> excepted) {
        this.excepted = excepted;
    }

    void in(String name) {
        situation = name;
    }

    void add(Rule rule, String what) {
        add(rule, what, null);
    }

    /// From any thread.
    synchronized void add(Rule rule, String what, @Nullable Throwable cause) {
        if (!excepted.contains(rule) && !has(rule)) {
            all.add(new Finding(rule, situation, what, cause));
        }
    }

    synchronized boolean has(Rule rule) {
        return all.stream().anyMatch(finding -> finding.rule() == rule);
    }

    synchronized List<Finding> all() {
        return List.copyOf(all);
    }
}
