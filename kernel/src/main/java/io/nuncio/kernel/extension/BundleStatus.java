package io.nuncio.kernel.extension;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/// What an operator sees of a jar in the bundles folder.
///
/// @param manifest null if it could not be read
/// @param reason why it is refused or superseded, empty otherwise
public record BundleStatus(
        Path jar, @Nullable BundleManifest manifest, State state, String reason) {
    /// What becomes of the jar.
    public enum State {
        /// Loaded when a configuration names one of its extensions.
        AVAILABLE,
        /// A configuration named one of its extensions.
        LOADED,
        /// Another version of the bundle serves.
        SUPERSEDED,
        /// It cannot be used.
        REFUSED,
        /// It is in use, but its file is not in the folder any more.
        REMOVED
    }
}
