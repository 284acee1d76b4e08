import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/// Puts the distribution together: `java -cp LIBRARIES Assemble.java ROOT TARGET VERSION`.
///
/// What stays the same is not written again, and jars that somebody dropped into TARGET/bundles
/// stay.
public final class Assemble {
    private static final String MAIN_CLASS = "io.nuncio.kernel.server.Main";

    /// Annotations that nothing reads at run time.
    private static final Pattern NOT_NEEDED =
            Pattern.compile(
                    "(jsr305|checker-qual|j2objc-annotations|animal-sniffer-annotations|listenablefuture|error_prone_annotations)-.*");

    private static final Pattern ENVOY_API = Pattern.compile("api-\\d.*\\.jar");

    /// Envoy's API before version 3, which cannot be configured, and what only compilers read.
    private static final Pattern API_NOT_NEEDED =
            Pattern.compile(
                    "io/envoyproxy/envoy/(?!.*/v3(alpha)?/|annotations/).*\\.class|.*\\.proto");

    private static final Pattern EXTENSION =
            Pattern.compile("nuncio\\.extension;((?:[^,\"]|\"[^\"]*\")*)");
    private static final Pattern NAME = Pattern.compile("(?:^|;)name=\"?([^\";]*)\"?");
    private static final Pattern TYPES = Pattern.compile("(?:^|;)type:List<String>=\"([^\"]*)\"");

    private final Path root;
    private final Path target;
    private final String version;

    private Assemble(Path root, Path target, String version) {
        this.root = root;
        this.target = target;
        this.version = version;
    }

    public static void main(String[] arguments) throws IOException {
        new Assemble(Path.of(arguments[0]).normalize(), Path.of(arguments[1]), arguments[2]).run();
    }

    private void run() throws IOException {
        bundles();
        copyFolder(root.resolve("distribution/examples"), target.resolve("examples"), ".yaml");
        copy(root.resolve("distribution/src/main/launcher/nuncio"), target.resolve("bin/nuncio"));
        copy(
                root.resolve("distribution/src/main/launcher/find-java.sh"),
                target.resolve("lib/find-java.sh"));
        copy(
                root.resolve("distribution/src/main/launcher/warm.yaml"),
                target.resolve("lib/warm.yaml"));
        Files.setPosixFilePermissions(
                target.resolve("bin/nuncio"), PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher(libraries());
        // By its time the launcher of the tree tells whether something was edited since.
        Files.writeString(target.resolveSibling("assembled"), version + "\n");
    }

    private List<String> libraries() throws IOException {
        var names = new ArrayList<String>();
        var licences =
                new Licences(
                        root.resolve("distribution/src/main/licences"), target.resolve("licences"));
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path jar = Path.of(element);
            String name = jar.getFileName().toString();
            if (!name.endsWith(".jar") || NOT_NEEDED.matcher(name).matches()) {
                continue;
            }
            names.add(name);
            licences.add(jar);
            Path copy = target.resolve("lib").resolve(name);
            if (!ENVOY_API.matcher(name).matches()) {
                copy(jar, copy);
            } else if (!Files.exists(copy)) {
                strip(jar, copy);
            }
        }
        licences.write();
        removeOthers(target.resolve("lib"), names);
        return names;
    }

    /// The built bundles of the tree, and the list that says which extensions ship.
    private void bundles() throws IOException {
        Path folder = Files.createDirectories(target.resolve("bundles"));
        Path list = target.resolve("lib/shipped-bundles.txt");
        var old = new TreeSet<String>();
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                old.add(line.substring(0, line.indexOf(' ')) + ".jar");
            }
        }
        var lines = new TreeSet<String>();
        for (String parent : List.of("builtin-filters", "bundles")) {
            try (Stream<Path> modules = Files.list(root.resolve(parent))) {
                for (Path module : modules.sorted().toList()) {
                    Path jar =
                            module.resolve(
                                    "target/" + module.getFileName() + "-" + version + ".jar");
                    if (Files.exists(module.resolve("pom.xml")) && Files.exists(jar)) {
                        String name = describe(jar, lines);
                        copy(jar, folder.resolve(name + ".jar"));
                        old.remove(name + ".jar");
                    }
                }
            }
        }
        for (String gone : old) {
            Files.deleteIfExists(folder.resolve(gone));
        }
        Files.createDirectories(list.getParent());
        Files.write(list, lines);
    }

    /// Adds a line `bundle extension type type ...` for each extension of a jar.
    private static String describe(Path jar, Set<String> lines) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            Attributes manifest = file.getManifest().getMainAttributes();
            String bundle = manifest.getValue("Bundle-SymbolicName").split(";")[0];
            String capabilities = String.valueOf(manifest.getValue("Provide-Capability"));
            Matcher extension = EXTENSION.matcher(capabilities);
            while (extension.find()) {
                var line = new StringBuilder(bundle);
                Matcher name = NAME.matcher(extension.group(1));
                if (name.find()) {
                    line.append(' ').append(name.group(1));
                }
                Matcher types = TYPES.matcher(extension.group(1));
                if (types.find()) {
                    line.append(' ').append(types.group(1).replace(',', ' '));
                }
                lines.add(line.toString());
            }
            return bundle;
        }
    }

    /// A jar of a manifest alone, so that the command line stays short and class archives work.
    private void launcher(List<String> libraries) throws IOException {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, MAIN_CLASS);
        main.put(Attributes.Name.CLASS_PATH, String.join(" ", libraries));
        main.put(new Attributes.Name("Enable-Native-Access"), "ALL-UNNAMED");
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes)) {
            var entry = new ZipEntry(JarFile.MANIFEST_NAME);
            entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
            jar.putNextEntry(entry);
            manifest.write(jar);
        }
        Path file = target.resolve("lib/nuncio.jar");
        if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), bytes.toByteArray())) {
            Files.write(file, bytes.toByteArray());
        }
    }

    private static void strip(Path jar, Path copy) throws IOException {
        Files.createDirectories(copy.getParent());
        Path unfinished = copy.resolveSibling(copy.getFileName() + ".part");
        try (var in = new JarFile(jar.toFile());
                var out =
                        new JarOutputStream(
                                new BufferedOutputStream(Files.newOutputStream(unfinished)))) {
            Enumeration<JarEntry> entries = in.entries();
            for (JarEntry entry : Collections.list(entries)) {
                if (entry.isDirectory() || API_NOT_NEEDED.matcher(entry.getName()).matches()) {
                    continue;
                }
                var written = new ZipEntry(entry.getName());
                written.setTimeLocal(entry.getTimeLocal());
                out.putNextEntry(written);
                try (InputStream content = in.getInputStream(entry)) {
                    content.transferTo(out);
                }
            }
        }
        Files.move(unfinished, copy, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void removeOthers(Path folder, List<String> names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".jar") && !names.contains(name) && !name.equals("nuncio.jar")) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void copyFolder(Path from, Path to, String ending) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().endsWith(ending)) {
                    copy(file, to.resolve(file.getFileName().toString()));
                }
            }
        }
    }

    /// Copies unless the copy is the same already: class archives notice every new time stamp.
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        if (Files.exists(to) && Files.mismatch(from, to) < 0) {
            return;
        }
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
}
