package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;

import java.util.concurrent.ConcurrentHashMap;

/// Checks messages against the `validate.rules` of Envoy's API, with the reasons that Envoy gives.
///
/// The rules of a message type are read from its descriptor once and kept. Thread-safe.
public final class ValidateRules {
    private final ConcurrentHashMap<Descriptor, RulePlan> plans = new ConcurrentHashMap<>();

    /// Receives what a message violates.
    @FunctionalInterface
    public interface Violations {
        /// @param path from the message that is checked
        /// @param reason such as `value is required`
        void add(String path, String reason);
    }

    /// Checks a message and all messages in it, also those in Any and TypedStruct whose type is
    /// known.
    public void check(Message root, MessageTypes types, Violations violations) {
        check(
                root,
                new BoundContents(types),
                (_, path, reason) -> violations.add(path.toString(), reason));
    }

    void check(Message root, AnyContents contents, RulePlan.Violations violations) {
        check(root, FieldPath.ROOT, contents, violations);
    }

    void check(
            Message message, FieldPath path, AnyContents contents, RulePlan.Violations violations) {
        plan(message.getDescriptorForType()).check(message, path, this, contents, violations);
    }

    private RulePlan plan(Descriptor type) {
        RulePlan plan = plans.get(type);
        if (plan == null) {
            plan = RulePlan.of(type);
            plans.put(type, plan);
        }
        return plan;
    }
}
