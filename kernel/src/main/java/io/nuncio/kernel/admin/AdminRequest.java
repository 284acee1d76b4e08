package io.nuncio.kernel.admin;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// A request to the admin server.
///
/// @param method such as `GET`
/// @param path without the query
/// @param parameters of the query or, if there is none, of a form in the body
/// @param body as text; empty if there is none
public record AdminRequest(String method, String path, QueryParameters parameters, String body) {
    /// A request without a body.
    ///
    /// @param target path and query
    public static AdminRequest of(String method, String target) {
        return of(method, target, false, "");
    }

    /// @param form whether the body is a form (`application/x-www-form-urlencoded`)
    static AdminRequest of(String method, String target, boolean form, String body) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        QueryParameters parameters =
                QueryParameters.parse(question < 0 ? "" : target.substring(question + 1));
        if (parameters.isEmpty() && form) {
            parameters = QueryParameters.parse(body);
        }
        return new AdminRequest(method, path, parameters, body);
    }

    /// The value of a parameter, null if it is missing or empty.
    public @Nullable String parameter(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /// True if the parameter is there, with or without a value.
    public boolean has(String name) {
        return parameters.get(name) != null;
    }

    /// All parameters with their first values.
    public Map<String, String> parameterMap() {
        return parameters.map();
    }
}
