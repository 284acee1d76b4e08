package io.nuncio.kernel.config;

import java.util.ArrayList;
import java.util.List;

/// Reads a path such as `clusters[0].typed_config<Router>.metadata["a.b"]` back into its steps.
final class PathText {
    private PathText() {}

    /// One step of a path.
    sealed interface Step {
        /// A field of a message.
        record Field(String name) implements Step {}

        /// An element of a list.
        record Element(int index) implements Step {}

        /// An entry of a map.
        record Key(String key) implements Step {}
    }

    /// The steps; steps into the type of an Any are left out, and what cannot be read ends the
    /// list.
    static List<Step> steps(String path) {
        List<Step> steps = new ArrayList<>();
        int at = 0;
        while (at < path.length()) {
            char start = path.charAt(at);
            if (start == '.') {
                at++;
            } else if (start == '<') {
                int end = path.indexOf('>', at);
                if (end < 0) {
                    return steps;
                }
                at = end + 1;
            } else if (start == '[') {
                at = bracket(path, at + 1, steps);
                if (at < 0) {
                    return steps;
                }
            } else {
                int end = at;
                while (end < path.length() && ".[<".indexOf(path.charAt(end)) < 0) {
                    end++;
                }
                steps.add(new Step.Field(path.substring(at, end)));
                at = end;
            }
        }
        return steps;
    }

    /// @return where the path goes on, or -1
    private static int bracket(String path, int from, List<Step> steps) {
        if (path.startsWith("\"", from)) {
            StringBuilder key = new StringBuilder();
            int at = from + 1;
            while (at < path.length() && path.charAt(at) != '"') {
                if (path.charAt(at) == '\\' && at + 1 < path.length()) {
                    at++;
                }
                key.append(path.charAt(at++));
            }
            steps.add(new Step.Key(key.toString()));
            return at + 1 < path.length() && path.charAt(at + 1) == ']' ? at + 2 : -1;
        }
        int end = path.indexOf(']', from);
        if (end < 0) {
            return -1;
        }
        String inside = path.substring(from, end);
        if (!inside.isEmpty()
                && inside.length() < 10
                && inside.chars().allMatch(Character::isDigit)) {
            steps.add(new Step.Element(Integer.parseInt(inside)));
        } else {
            steps.add(new Step.Key(inside));
        }
        return end + 1;
    }
}
