package io.nuncio.kernel.stats;

/// What may stand in the name of a scope.
final class StatNames {
    private StatNames() {}

    /// Takes one dot off either end and replaces `://`, colons, slashes and NUL by an underscore
    /// each, as Envoy does with the name of every scope: a colon would break statsd lines, a slash
    /// file names.
    static String sanitize(String name) {
        int start = name.startsWith(".") ? 1 : 0;
        int end = name.length() > start && name.endsWith(".") ? name.length() - 1 : name.length();
        String stripped = name.substring(start, end);
        if (isClean(stripped)) {
            return stripped;
        }
        return stripped.replace("://", "_").replace(':', '_').replace('/', '_').replace('\0', '_');
    }

    private static boolean isClean(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == ':' || c == '/' || c == '\0') {
                return false;
            }
        }
        return true;
    }
}
