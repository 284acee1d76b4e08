package io.nuncio.rbac;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Message;

import io.nuncio.spi.Problems;

import java.util.Collection;
import java.util.Set;

/// What a matcher of connections may look at, as Envoy has it: what a peer cannot choose freely.
final class NetworkMatcherInputs {
    private static final String NETWORK =
            "type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3.";
    private static final String SSL =
            "type.googleapis.com/envoy.extensions.matching.common_inputs.ssl.v3.";
    private static final Set<String> ALLOWED =
            Set.of(
                    NETWORK + "DestinationIPInput",
                    NETWORK + "DestinationPortInput",
                    NETWORK + "SourceIPInput",
                    NETWORK + "SourcePortInput",
                    NETWORK + "DirectSourceIPInput",
                    NETWORK + "ServerNameInput",
                    NETWORK + "FilterStateInput",
                    SSL + "UriSanInput",
                    SSL + "DnsSanInput",
                    SSL + "SubjectInput");

    private NetworkMatcherInputs() {}

    /// Reports the inputs, in the message or below, that are not allowed.
    static void check(Object value, Problems problems) {
        switch (value) {
            case Matcher.MatcherTree tree when tree.hasInput() -> {
                checkInput(tree.getInput(), problems);
                below(tree, problems);
            }
            case Matcher.MatcherList.Predicate.SinglePredicate predicate ->
                    checkInput(predicate.getInput(), problems);
            case Message message -> below(message, problems);
            case Collection<?> values -> values.forEach(each -> check(each, problems));
            default -> {}
        }
    }

    private static void below(Message message, Problems problems) {
        message.getAllFields().values().forEach(each -> check(each, problems));
    }

    private static void checkInput(TypedExtensionConfig input, Problems problems) {
        String type = input.getTypedConfig().getTypeUrl();
        if (!ALLOWED.contains(type)) {
            problems.add("", "the RBAC network filter cannot match '" + type + "'");
        }
    }
}
