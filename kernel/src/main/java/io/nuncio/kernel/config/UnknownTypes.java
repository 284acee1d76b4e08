package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Says what is wrong with the name of a message or an extension that was not found.
final class UnknownTypes {
    private final MessageTypes types;
    private final ExtensionIndex index;
    private final AbsentExtensions absent = new AbsentExtensions();
    private final KnownExtensions known = new KnownExtensions();

    UnknownTypes(MessageTypes types, ExtensionIndex index) {
        this.types = types;
        this.index = index;
    }

    /// For a message that neither Envoy's API nor an installed bundle has.
    String message(String type) {
        if (MessageTypes.isBeforeV3(type)) {
            String v3 = inV3(type);
            return "`"
                    + type
                    + "` is of Envoy's API before version 3, which Envoy removed"
                    + (v3 == null ? "; use the type of version 3" : "; use `" + v3 + "`");
        }
        String elsewhere = absent.message(type);
        if (elsewhere != null) {
            return elsewhere;
        }
        if (!index.categoriesOf(type).isEmpty()) {
            return "`"
                    + type
                    + "` is not a message but the configuration of an extension; give it in an"
                    + " `\"@type\": type.googleapis.com/xds.type.v3.TypedStruct` with `type_url`"
                    + " and `value`";
        }
        String hint = Nearest.hint(type, index.types());
        return "unknown type `"
                + type
                + "`"
                + (hint.isEmpty() && type.startsWith("envoy.")
                        ? "; Nuncio has the API of Envoy 1.34"
                        : hint);
    }

    /// For a message of the API that configures an extension which no installed bundle provides, or
    /// the name of such an extension.
    String notProvided(String typeOrName) {
        String bundle = index.shippedBy(typeOrName);
        return "`"
                + typeOrName
                + "` is part of Envoy's API, but no installed bundle provides it"
                + (bundle == null
                        ? ", and Nuncio ships none that does"
                        : "; it comes with Nuncio's bundle `"
                                + bundle
                                + "`, which is not installed");
    }

    /// For an extension that is given by its name alone.
    String name(String category, String name) {
        String elsewhere = absent.message(name);
        if (elsewhere != null) {
            return elsewhere;
        }
        if (known.contains(name)) {
            return notProvided(name);
        }
        String bundle = index.shippedBy(name);
        if (bundle != null) {
            return "no installed bundle provides `"
                    + name
                    + "`; it comes with Nuncio's bundle `"
                    + bundle
                    + "`, which is not installed";
        }
        return "no extension of "
                + category
                + " is called `"
                + name
                + "`"
                + Nearest.hint(name, index.names(category));
    }

    /// Where version 3 has the message, if a rule says so.
    private @Nullable String inV3(String type) {
        int message = type.lastIndexOf('.') + 1;
        String simple = type.substring(message);
        List<String> candidates = new ArrayList<>();
        if (type.startsWith("envoy.config.filter.")) {
            String path = type.substring("envoy.config.filter.".length(), message);
            candidates.add("envoy.extensions.filters." + versioned(path) + simple);
        }
        if (type.startsWith("envoy.config.accesslog.")) {
            candidates.add("envoy.extensions.access_loggers.file.v3." + simple);
            candidates.add("envoy.extensions.access_loggers.grpc.v3." + simple);
        }
        if (type.startsWith("envoy.config.transport_socket.")) {
            String path = type.substring("envoy.config.transport_socket.".length(), message);
            candidates.add("envoy.extensions.transport_sockets." + versioned(path) + simple);
        }
        if (type.startsWith("envoy.api.v2.")) {
            candidates.add("envoy.extensions.transport_sockets.tls.v3." + simple);
            for (String area : List.of("listener", "cluster", "endpoint", "route", "core")) {
                candidates.add("envoy.config." + area + ".v3." + simple);
            }
        }
        candidates.add(versioned(type.substring(0, message)) + simple);
        for (String candidate : candidates) {
            if (types.find(candidate) != null) {
                return candidate;
            }
        }
        return null;
    }

    private static String versioned(String path) {
        return path.replaceAll("\\.v[12](alpha[0-9]*|beta[0-9]*)?\\.", ".v3.");
    }
}
