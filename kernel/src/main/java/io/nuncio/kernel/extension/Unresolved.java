package io.nuncio.kernel.extension;

import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.namespace.ExecutionEnvironmentNamespace;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says in words why a bundle does not resolve.
final class Unresolved {
    private static final Pattern PACKAGE = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");
    private static final Pattern JAVA = Pattern.compile("version=(\\d+)");
    private static final String SPI = "io.nuncio.spi";

    private final Framework host;
    private final Path jar;

    Unresolved(Framework host, Path jar) {
        this.host = host;
        this.jar = jar;
    }

    String reason(Bundle bundle) {
        var reasons = new ArrayList<String>();
        FrameworkWiring wiring = host.adapt(FrameworkWiring.class);
        for (BundleRequirement requirement :
                bundle.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
            boolean optional =
                    Constants.RESOLUTION_OPTIONAL.equals(
                            requirement.getDirectives().get(Constants.RESOLUTION_DIRECTIVE));
            if (!optional && wiring.findProviders(requirement).isEmpty()) {
                reasons.add(reason(requirement));
            }
        }
        return reasons.isEmpty() ? "its imports contradict each other" : String.join("; ", reasons);
    }

    private String reason(BundleRequirement requirement) {
        String filter = requirement.getDirectives().getOrDefault(Constants.FILTER_DIRECTIVE, "");
        return switch (requirement.getNamespace()) {
            case PackageNamespace.PACKAGE_NAMESPACE -> {
                Matcher name = PACKAGE.matcher(filter);
                yield name.find() ? missingPackage(name.group(1)) : "needs a package: " + filter;
            }
            case ExecutionEnvironmentNamespace.EXECUTION_ENVIRONMENT_NAMESPACE -> {
                Matcher java = JAVA.matcher(filter);
                yield java.find()
                        ? "needs Java " + java.group(1) + "; running " + Runtime.version().feature()
                        : "needs another Java: " + filter;
            }
            default ->
                    "needs the capability "
                            + requirement.getNamespace()
                            + " "
                            + filter
                            + "; nothing provides it";
        };
    }

    private String missingPackage(String name) {
        VersionRange range = range(name);
        List<Version> available = available(name);
        if (name.startsWith(SPI) && !available.isEmpty()) {
            return "was built for SPI "
                    + range
                    + " (package "
                    + name
                    + "); this version provides "
                    + available.getFirst();
        }
        if (!available.isEmpty()) {
            return "needs package "
                    + name
                    + " "
                    + range
                    + "; this version provides "
                    + available.getFirst();
        }
        return "needs package "
                + name
                + (range.isEmpty() || range.toString().equals("0.0.0") ? "" : " " + range)
                + "; nothing provides it. Embed it (nuncio.embed) or remove the use";
    }

    private VersionRange range(String name) {
        try {
            Manifest manifest = BundleFile.raw(jar);
            String imports = manifest.getMainAttributes().getValue(Constants.IMPORT_PACKAGE);
            for (HeaderClause clause : HeaderClause.parse(imports == null ? "" : imports)) {
                if (clause.name().equals(name)) {
                    return new VersionRange(clause.attributes().getOrDefault("version", "0"));
                }
            }
        } catch (IOException | IllegalArgumentException unreadable) {
            return new VersionRange("0");
        }
        return new VersionRange("0");
    }

    private List<Version> available(String name) {
        var versions = new ArrayList<Version>();
        for (BundleCapability exported :
                host.adapt(BundleRevision.class)
                        .getDeclaredCapabilities(PackageNamespace.PACKAGE_NAMESPACE)) {
            if (name.equals(exported.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))) {
                versions.add((Version) exported.getAttributes().get(Constants.VERSION_ATTRIBUTE));
            }
        }
        versions.sort(Comparator.reverseOrder());
        return versions;
    }
}
