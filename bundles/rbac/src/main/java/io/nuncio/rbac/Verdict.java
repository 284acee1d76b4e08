package io.nuncio.rbac;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

/// What an engine decided; made once for each outcome, so that deciding allocates nothing.
///
/// @param policy that matched, empty if none did
/// @param details what logs call it: the policy, or `none`, without white space
/// @param metadata what to note of it
public record Verdict(boolean allowed, String policy, String details, Struct metadata) {
    /// What the fields of the dynamic metadata are called.
    ///
    /// @param policy the name of the policy that matched, left out if none did
    /// @param result `allowed` or `denied`
    public record Fields(String policy, String result) {
        /// @param prefix of the statistics; no dot is added
        public static Fields enforced(String prefix) {
            return new Fields(
                    prefix + "enforced_effective_policy_id", prefix + "enforced_engine_result");
        }

        /// @param prefix of the statistics; no dot is added
        public static Fields shadow(String prefix) {
            return new Fields(
                    prefix + "shadow_effective_policy_id", prefix + "shadow_engine_result");
        }
    }

    static Verdict of(boolean allowed, String policy, Fields fields) {
        var metadata = Struct.newBuilder();
        if (!policy.isEmpty()) {
            metadata.putFields(fields.policy(), text(policy));
        }
        metadata.putFields(fields.result(), text(allowed ? "allowed" : "denied"));
        return new Verdict(allowed, policy, details(policy), metadata.build());
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static String details(String policy) {
        String name = policy.isEmpty() ? "none" : policy.replaceAll("[ \\t\\f\\x0B\\n\\r]", "_");
        return "rbac_access_denied_matched_policy[" + name + "]";
    }
}
