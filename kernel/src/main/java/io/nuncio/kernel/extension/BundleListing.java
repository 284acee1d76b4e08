package io.nuncio.kernel.extension;

import java.util.List;
import java.util.Locale;

/// Bundles in words, for `nuncio bundles` and for the admin page `/bundles`.
public final class BundleListing {
    private final StringBuilder text = new StringBuilder();

    /// Adds the jars of a folder: who they are, what they offer, why they are not used.
    public BundleListing jars(List<BundleStatus> bundles) {
        bundles.forEach(this::jar);
        return this;
    }

    private void jar(BundleStatus bundle) {
        BundleManifest manifest = bundle.manifest();
        String file = String.valueOf(bundle.jar().getFileName());
        String who = manifest == null ? file : manifest.name() + " " + manifest.version();
        line(who + "  " + bundle.state().name().toLowerCase(Locale.ROOT) + "  " + file);
        if (!bundle.reason().isEmpty()) {
            line("    why: " + bundle.reason());
        }
        if (manifest != null) {
            manifest.extensions().forEach(extension -> line("    " + describe(extension)));
        }
    }

    static String describe(ExtensionInfo extension) {
        StringBuilder text = new StringBuilder(extension.name());
        text.append("  ").append(extension.category().envoyName());
        if (!extension.status().equals("stable")) {
            text.append("  ").append(extension.status());
        }
        if (!extension.types().isEmpty()) {
            text.append("  ").append(String.join(", ", extension.types()));
        }
        return text.toString();
    }

    /// Adds the generations that are installed.
    public BundleListing generations(List<GenerationStatus> generations) {
        line("generations:");
        for (GenerationStatus generation : generations) {
            line(
                    "    "
                            + generation.manifest().name()
                            + " "
                            + generation.manifest().version()
                            + "  "
                            + (generation.serving() ? "serving" : "draining")
                            + "  sha256:"
                            + generation.sha256()
                            + "  held by "
                            + generation.leases()
                            + (generation.leases() == 1 ? " configuration" : " configurations"));
        }
        return this;
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }

    public String text() {
        return text.toString();
    }
}
