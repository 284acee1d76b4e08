package io.nuncio.kernel.extension;

/// A jar of the bundles folder that shall take the place of a generation in use.
public final class Replacement {
    private final String bundle;
    private final BundleFolder.Jar jar;

    /// @param bundle the symbolic name
    /// @param jar the file that serves next
    Replacement(String bundle, BundleFolder.Jar jar) {
        this.bundle = bundle;
        this.jar = jar;
    }

    BundleFolder.Jar jar() {
        return jar;
    }

    /// The bundle's symbolic name.
    public String bundle() {
        return bundle;
    }

    /// The file's name, for messages.
    public String file() {
        return String.valueOf(jar.path().getFileName());
    }

    /// The version that the jar says it is.
    public String version() {
        BundleManifest manifest = jar.manifest();
        return manifest == null ? "" : manifest.version().toString();
    }
}
