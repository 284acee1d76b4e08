package io.nuncio.testkit.conformance;

/// What an extension must keep to, whatever the traffic: [Rule] for HTTP filters, [NetworkRule] and
/// [ListenerRule] for the others.
public sealed interface ConformanceRule permits Rule, NetworkRule, ListenerRule {
    String name();

    /// What to do about it, for a person.
    String advice();
}
