package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;

/// Which extensions the installed bundles provide; the extension platform implements it from their
/// manifests alone, without running or loading any of their code. Called on the main thread.
public interface ExtensionIndex {
    /// An extension that an installed bundle provides.
    interface Provider {
        /// The extension's name, such as `envoy.filters.http.cors`.
        String name();

        /// The bundle's symbolic name.
        String bundle();

        /// Which fields of the extension's messages work; from the bundle's
        /// `META-INF/nuncio/supported-fields.txt`.
        FieldTable fields();
    }

    /// The extension of the category whose configuration is this message, or null.
    ///
    /// @param category Envoy's name of the category, such as `envoy.filters.http`
    /// @param type a message's full name
    @Nullable Provider byType(String category, String type);

    /// The extension of the category that has this name, or null.
    @Nullable Provider byName(String category, String name);

    /// An extension of any category whose configuration is this message, or null.
    @Nullable Provider byType(String type);

    /// The categories in which the message configures an extension; empty if none.
    List<String> categoriesOf(String type);

    /// The bundle of our own that carries the extension, whether it is installed or not, or null if
    /// we ship none.
    ///
    /// @param typeOrName the full name of the extension's message, or the extension's name
    @Nullable String shippedBy(String typeOrName);

    /// The full names of all messages that configure an extension, to suggest the nearest.
    Collection<String> types();

    /// The names of all extensions of a category, to suggest the nearest.
    Collection<String> names(String category);
}
