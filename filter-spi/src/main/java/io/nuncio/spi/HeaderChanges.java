package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// Headers that a configuration adds or overwrites (Envoy: a list of `HeaderValueOption`), compiled
/// by [FactoryContext#headerChanges]. Immutable; any worker.
@ProviderType
public interface HeaderChanges {
    /// Adds to and overwrites `headers`. All values are worked out first.
    ///
    /// @param context what the command operators in values read
    void apply(HeaderMap headers, FormatContext context);

    /// True if nothing changes, whatever the headers are.
    default boolean isEmpty() {
        return false;
    }
}
