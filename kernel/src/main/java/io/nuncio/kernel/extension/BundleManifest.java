package io.nuncio.kernel.extension;

import io.nuncio.spi.Category;

import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/// What a bundle's manifest says: who it is and what it offers.
///
/// @param name the symbolic name, by which versions of one bundle belong together
/// @param extensions never empty
public record BundleManifest(String name, Version version, List<ExtensionInfo> extensions) {
    static final String NAMESPACE = "nuncio.extension";

    private static final Pattern SYMBOLIC_NAME =
            Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    public BundleManifest {
        extensions = List.copyOf(extensions);
    }

    /// True if one of the extensions has that name or configuration type.
    boolean offers(Category category, String nameOrType) {
        return extensions.stream()
                .filter(extension -> extension.category() == category)
                .anyMatch(extension ->
                        extension.name().equals(nameOrType)
                                || extension.types().contains(nameOrType));
    }

    /// Reads a manifest, null where a jar has none.
    ///
    /// @throws BundleRefused if it is not the manifest of a bundle with extensions
    static BundleManifest of(@Nullable Manifest manifest) throws BundleRefused {
        Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
        String symbolicName = main.getValue("Bundle-SymbolicName");
        if (symbolicName == null) {
            throw new BundleRefused(
                    "is not an OSGi bundle: its manifest has no Bundle-SymbolicName");
        }
        String name = clauses("Bundle-SymbolicName", symbolicName).getFirst().name();
        if (!SYMBOLIC_NAME.matcher(name).matches()) {
            throw new BundleRefused("Bundle-SymbolicName `" + name + "` is not a symbolic name");
        }
        if (main.getValue("Fragment-Host") != null) {
            throw new BundleRefused("is a fragment; an extension is a bundle of its own");
        }
        if (main.getValue("Bundle-Activator") != null) {
            throw new BundleRefused(
                    "has a Bundle-Activator, which is not run; start in the factory's constructor"
                            + " and remove it");
        }
        Version version = version(main.getValue("Bundle-Version"));
        List<ExtensionInfo> extensions = extensions(main.getValue("Provide-Capability"));
        return new BundleManifest(name, version, extensions);
    }

    private static Version version(@Nullable String text) throws BundleRefused {
        try {
            return Version.parseVersion(text);
        } catch (IllegalArgumentException wrong) {
            throw new BundleRefused("Bundle-Version `" + text + "` is not a version", wrong);
        }
    }

    private static List<ExtensionInfo> extensions(@Nullable String capabilities)
            throws BundleRefused {
        var found = new ArrayList<ExtensionInfo>();
        for (HeaderClause clause :
                clauses("Provide-Capability", capabilities == null ? "" : capabilities)) {
            if (clause.name().equals(NAMESPACE)) {
                found.addAll(extensions(clause));
            }
        }
        if (found.isEmpty()) {
            throw new BundleRefused(
                    "provides no " + NAMESPACE + " (is the class annotated with @Extension?)");
        }
        return found;
    }

    /// One for each category of the capability.
    private static List<ExtensionInfo> extensions(HeaderClause clause) throws BundleRefused {
        List<String> categories = clause.list("category");
        if (categories.isEmpty()) {
            categories = List.of(Category.HTTP_FILTER.name());
        }
        var found = new ArrayList<ExtensionInfo>();
        for (String category : categories) {
            found.add(
                    new ExtensionInfo(
                            category(category),
                            required(clause, "name"),
                            clause.list("type"),
                            clause.attributes().getOrDefault("status", "stable"),
                            clause.attributes().getOrDefault("securityPosture", "unknown"),
                            required(clause, "impl")));
        }
        return found;
    }

    private static Category category(String name) throws BundleRefused {
        return Arrays.stream(Category.values())
                .filter(category -> category.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new BundleRefused(
                                "offers an extension of the category `"
                                        + name
                                        + "`, which this version does not know"));
    }

    private static String required(HeaderClause clause, String attribute) throws BundleRefused {
        String value = clause.attributes().get(attribute);
        if (value == null || value.isEmpty()) {
            throw new BundleRefused("a " + NAMESPACE + " capability has no `" + attribute + "`");
        }
        return value;
    }

    private static List<HeaderClause> clauses(String header, String value) throws BundleRefused {
        try {
            return HeaderClause.parse(value);
        } catch (IllegalArgumentException wrong) {
            throw new BundleRefused(header + " cannot be read: " + wrong.getMessage(), wrong);
        }
    }
}
