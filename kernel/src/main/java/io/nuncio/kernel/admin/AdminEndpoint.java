package io.nuncio.kernel.admin;

import java.util.List;

/// One page or command of the admin server.
///
/// @param path such as `/stats`
/// @param help one line for `/help` and the home page
/// @param mutates whether it changes the server, so that only POST will do
public record AdminEndpoint(
        String path, String help, boolean mutates, List<Parameter> parameters, Handler handler) {
    public AdminEndpoint {
        parameters = List.copyOf(parameters);
        for (char forbidden : "&\"'<>?:".toCharArray()) {
            if (path.indexOf(forbidden) >= 0) {
                throw new IllegalArgumentException("admin path " + path + " has a " + forbidden);
            }
        }
    }

    /// Answers requests. Thread: main; must not block.
    @FunctionalInterface
    public interface Handler {
        AdminResponse handle(AdminRequest request);
    }

    /// A parameter of the query.
    ///
    /// @param choices the values it may have; empty unless the type is [Type#ENUM]
    public record Parameter(Type type, String id, String help, List<String> choices) {
        public Parameter {
            choices = List.copyOf(choices);
        }

        public static Parameter flag(String id, String help) {
            return new Parameter(Type.BOOLEAN, id, help, List.of());
        }

        public static Parameter text(String id, String help) {
            return new Parameter(Type.STRING, id, help, List.of());
        }

        public static Parameter choice(String id, String help, String... choices) {
            return new Parameter(Type.ENUM, id, help, List.of(choices));
        }
    }

    /// How a parameter is entered on the home page.
    public enum Type {
        BOOLEAN,
        STRING,
        ENUM
    }

    /// A page without parameters.
    public static AdminEndpoint page(String path, String help, Handler handler) {
        return new AdminEndpoint(path, help, false, List.of(), handler);
    }

    /// A command without parameters.
    public static AdminEndpoint command(String path, String help, Handler handler) {
        return new AdminEndpoint(path, help, true, List.of(), handler);
    }
}
