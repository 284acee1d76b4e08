package io.nuncio.kernel.stats;

/// One label of a statistic, such as `envoy.cluster_name` with the name of the cluster.
public record Tag(String name, String value) {
    /// Reads the value of the command line option `--stats-tag`.
    ///
    /// @throws IllegalArgumentException with Envoy's message if it is not `name:value`, a name of
    ///   letters and digits and a value without a dot
    public static Tag ofOption(String option) {
        int colon = option.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("error: misformatted stats-tag '" + option + "'");
        }
        String name = option.substring(0, colon);
        if (!name.chars().allMatch(Tag::isLetterOrDigit)) {
            throw invalidCharacter(option, name);
        }
        String value = option.substring(colon + 1);
        if (value.isEmpty() || value.indexOf('.') >= 0) {
            throw invalidCharacter(option, value);
        }
        return new Tag(name, value);
    }

    private static boolean isLetterOrDigit(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    private static IllegalArgumentException invalidCharacter(String option, String part) {
        return new IllegalArgumentException(
                "error: misformatted stats-tag '"
                        + option
                        + "' contains invalid char in '"
                        + part
                        + "'");
    }
}
