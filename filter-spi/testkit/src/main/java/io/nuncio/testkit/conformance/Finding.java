package io.nuncio.testkit.conformance;

import org.jspecify.annotations.Nullable;

/// A broken rule.
///
/// @param situation in which it showed first
/// @param what happened
/// @param cause what was thrown, null if nothing was
public record Finding(
        ConformanceRule rule, String situation, String what, @Nullable Throwable cause) {
    @Override
    public String toString() {
        return rule + " in the situation `" + situation + "`: " + what + "\n    " + rule.advice();
    }
}
