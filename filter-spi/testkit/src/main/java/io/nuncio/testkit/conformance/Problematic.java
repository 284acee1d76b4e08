package io.nuncio.testkit.conformance;

import io.nuncio.spi.Problems;
import io.nuncio.testkit.FakeFactoryContext;

import java.util.List;
import java.util.function.Consumer;

/// Configurations that a factory must refuse, saying where.
final class Problematic {
    private Problematic() {}

    static void check(
            List<Consumer<FakeFactoryContext>> configurations,
            Findings findings,
            ConformanceRule rule) {
        findings.in("a configuration that is wrong");
        for (Consumer<FakeFactoryContext> configuration : configurations) {
            var context = new FakeFactoryContext();
            configuration.accept(context);
            List<Problems.Problem> problems = context.problems().all();
            if (context.problems().none()) {
                findings.add(rule, "it was taken");
            }
            for (Problems.Problem problem : problems) {
                if (problem.path().isEmpty()) {
                    findings.add(rule, "a problem has no path: " + problem.message());
                }
            }
        }
    }
}
