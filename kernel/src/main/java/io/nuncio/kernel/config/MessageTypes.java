package io.nuncio.kernel.config;

import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Finds protobuf messages by their full name.
@FunctionalInterface
public interface MessageTypes {
    /// What the names of the API's messages begin with.
    List<String> API =
            List.of(
                    "envoy.",
                    "xds.",
                    "udpa.",
                    "google.",
                    "cel.",
                    "opentelemetry.",
                    "io.prometheus.");

    /// The default instance of the message, or null if nobody has it.
    ///
    /// @param fullName such as `envoy.config.listener.v3.Listener`, without a type URL's prefix
    @Nullable Message find(String fullName);

    /// The full name in a type URL: what follows its last slash.
    static String nameOf(String typeUrl) {
        return typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
    }

    /// True for a message of Envoy's API that is not version 3, which is gone from Envoy.
    static boolean isBeforeV3(String fullName) {
        return fullName.startsWith("envoy.")
                && !fullName.contains(".v3.")
                && !fullName.contains(".v3alpha.")
                && (fullName.contains(".v2.")
                        || fullName.contains(".v2alpha")
                        || fullName.contains(".v1")
                        || fullName.startsWith("envoy.api."));
    }

    /// True for a message that Envoy's API has or might have, false for one of a bundle's own.
    static boolean isOfApi(String fullName) {
        return API.stream().anyMatch(fullName::startsWith);
    }
}
