package io.nuncio.kernel.config;

/// How strictly a configuration is loaded; the command line decides.
///
/// @param allowUnknownFields Envoy's `--allow-unknown-static-fields`: unknown fields are warnings
/// @param ignoreUnknownFields unknown fields are not even warnings
/// @param refuseDuplicateKeys a key given twice is an error, where Envoy takes the last
/// @param checkSupport extensions must be provided and fields supported; off only to look at a
///   message, never to serve it
public record LoadOptions(
        boolean allowUnknownFields,
        boolean ignoreUnknownFields,
        boolean refuseDuplicateKeys,
        boolean checkSupport) {
    /// What Envoy does without any option.
    public static final LoadOptions DEFAULT = new LoadOptions(false, false, false, true);

    /// These options with unknown fields as warnings.
    public LoadOptions withUnknownFieldsAllowed() {
        return new LoadOptions(true, ignoreUnknownFields, refuseDuplicateKeys, checkSupport);
    }

    /// These options without the check of extensions and supported fields.
    public LoadOptions withoutSupportCheck() {
        return new LoadOptions(allowUnknownFields, ignoreUnknownFields, refuseDuplicateKeys, false);
    }
}
