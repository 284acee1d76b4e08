package io.nuncio.kernel.config;

/// A key that is given twice: the last one counts, or none does where it is strict.
final class DuplicateKeys {
    private final Binder.Report findings;
    private final boolean strict;

    /// @param strict true to refuse them
    DuplicateKeys(Binder.Report findings, boolean strict) {
        this.findings = findings;
        this.strict = strict;
    }

    void report(YamlNode.Entry entry, YamlNode.Entry before, FieldPath path) {
        String message =
                "`" + entry.name() + "` is given twice, first at line " + before.key().line();
        if (strict) {
            findings.error(entry.key(), path, message);
        } else {
            findings.warn(entry.key(), path, message + "; this one is used");
        }
    }
}
