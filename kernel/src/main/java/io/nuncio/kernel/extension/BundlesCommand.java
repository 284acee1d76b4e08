package io.nuncio.kernel.extension;

import io.nuncio.kernel.extension.ExtensionRegistry.Settings;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `nuncio bundles` lists what is in the bundles folder; `nuncio bundles check FILE ...` says
/// whether jars would be taken, by the very code that takes them. The proxy does not run meanwhile.
public final class BundlesCommand {
    private final Settings settings;
    private final PrintStream out;
    private final PrintStream err;
    private final CommandLine commandLine = new CommandLine(spec());

    public BundlesCommand(Settings settings, PrintStream out, PrintStream err) {
        this.settings = settings;
        this.out = out;
        this.err = err;
    }

    /// Runs the command.
    ///
    /// @param arguments what follows `bundles` on the command line
    /// @return the exit code: 0, or 1 if something is refused or the command is wrong
    public int run(String... arguments) {
        try {
            ParseResult parsed = commandLine.parseArgs(arguments);
            if (parsed.isUsageHelpRequested()) {
                commandLine.usage(out);
                return 0;
            }
            if (!parsed.hasSubcommand()) {
                Path folder = parsed.matchedOptionValue("--bundle-path", settings.bundles());
                return list(folder);
            }
            ParseResult check = parsed.subcommand();
            if (check.isUsageHelpRequested()) {
                check.commandSpec().commandLine().usage(out);
                return 0;
            }
            List<Path> jars = check.matchedPositionalValue(0, List.of());
            return check(jars);
        } catch (ParameterException wrong) {
            err.println("nuncio bundles: " + wrong.getMessage());
            return 1;
        }
    }

    private static CommandSpec spec() {
        CommandSpec check = CommandSpec.create().name("check").mixinStandardHelpOptions(true);
        check.version("");
        check.usageMessage().description("Loads jars as the proxy would and says what is wrong.");
        check.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("FILE")
                        .type(List.class)
                        .auxiliaryTypes(Path.class)
                        .arity("1..*")
                        .build());
        CommandSpec spec =
                CommandSpec.create().name("nuncio bundles").mixinStandardHelpOptions(true);
        spec.usageMessage().description("Lists the bundles with what they offer and their state.");
        spec.addOption(
                OptionSpec.builder("--bundle-path")
                        .paramLabel("FOLDER")
                        .type(Path.class)
                        .description("the folder of bundles; default: the distribution's")
                        .build());
        spec.addSubcommand("check", check);
        return spec;
    }

    private int list(Path folder) {
        if (!Files.isDirectory(folder)) {
            err.println("nuncio bundles: there is no folder " + folder);
            return 1;
        }
        var searched =
                new Settings(
                        folder,
                        settings.store(),
                        settings.shipped(),
                        settings.preferred(),
                        settings.startLimit());
        try (var registry = new ExtensionRegistry(searched)) {
            List<BundleStatus> bundles = registry.bundles(true);
            out.print(new BundleListing().jars(bundles).text());
            out.println(
                    bundles.size()
                            + (bundles.size() == 1 ? " bundle in " : " bundles in ")
                            + folder);
            return 0;
        }
    }

    private int check(List<Path> jars) {
        int refused = 0;
        for (Path jar : jars) {
            String file = String.valueOf(jar.getFileName());
            try {
                BundleManifest manifest = load(jar);
                out.println(file + ": good (" + manifest.name() + " " + manifest.version() + ")");
                manifest.extensions()
                        .forEach(extension ->
                                out.println("    " + BundleListing.describe(extension)));
            } catch (BundleRefused refusal) {
                err.println(file + ": " + refusal.getMessage());
                refused++;
            } catch (IOException failure) {
                err.println(file + ": " + failure);
                refused++;
            }
        }
        return refused == 0 ? 0 : 1;
    }

    /// Verifies a jar, installs it and makes each of its factories, in a place of its own.
    private BundleManifest load(Path jar) throws BundleRefused, IOException {
        Path folder = Files.createTempDirectory("nuncio-check-");
        try (var store = new BundleStore(folder);
                var loader = new BundleLoader(settings.startLimit())) {
            BundleStore.Stored stored = store.add(jar);
            var bundle = loader.install(stored);
            for (ExtensionInfo extension : stored.manifest().extensions()) {
                loader.load(bundle, extension);
            }
            return stored.manifest();
        } finally {
            try (var files = Files.newDirectoryStream(folder)) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        }
    }
}
