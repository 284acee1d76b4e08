import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.zip.CRC32C;

/// Checks or applies the source format: `java Format.java check|apply ROOT MEMORY`.
///
/// MEMORY lists files known to be well formatted, by path, size and checksum, so that a build
/// parses only what changed since the last one.
public final class Format {
    private final Path root;
    private final boolean apply;
    private final Set<String> known;
    private final Set<String> wellFormatted = new ConcurrentSkipListSet<>();
    private final Set<String> changed = new ConcurrentSkipListSet<>();
    private final Set<String> broken = new ConcurrentSkipListSet<>();

    private Format(Path root, boolean apply, Set<String> known) {
        this.root = root;
        this.apply = apply;
        this.known = known;
    }

    public static void main(String[] arguments) throws IOException {
        boolean apply = arguments[0].equals("apply");
        Path root = Path.of(arguments[1]).toRealPath();
        Path memory = Path.of(arguments[2]);
        Set<String> known =
                Files.exists(memory) ? new HashSet<>(Files.readAllLines(memory)) : Set.of();
        var format = new Format(root, apply, known);
        sources(root).parallelStream().forEach(format::file);
        Files.createDirectories(memory.getParent());
        Files.write(memory, format.wellFormatted);
        System.exit(format.report());
    }

    private static List<Path> sources(Path root) throws IOException {
        var found = new ArrayList<Path>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes a) {
                        String name = String.valueOf(folder.getFileName());
                        boolean skipped =
                                name.equals("target")
                                        || name.equals("node_modules")
                                        || name.equals(
                                                "archetype-resources") // templates, not Java yet
                                        || (name.startsWith(".") && !folder.equals(root));
                        return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
                        if (file.toString().endsWith(".java")) {
                            found.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    private void file(Path file) {
        String name = root.relativize(file).toString();
        try {
            byte[] bytes = Files.readAllBytes(file);
            String line = memory(name, bytes);
            if (known.contains(line)) {
                wellFormatted.add(line);
                return;
            }
            String source = new String(bytes, StandardCharsets.UTF_8);
            String formatted = formatted(source);
            if (formatted.equals(source)) {
                wellFormatted.add(line);
                return;
            }
            changed.add(name);
            if (apply) {
                Files.writeString(file, formatted);
                wellFormatted.add(memory(name, Files.readAllBytes(file)));
            }
        } catch (FormatterException | IOException failure) {
            broken.add(name + ": " + failure.getMessage());
        }
    }

    private static String formatted(String source) throws FormatterException {
        var options = JavaFormatterOptions.builder().style(JavaFormatterOptions.Style.AOSP).build();
        return new Formatter(options).formatSourceAndFixImports(source);
    }

    private static String memory(String name, byte[] bytes) {
        var checksum = new CRC32C();
        checksum.update(bytes);
        return Long.toHexString(checksum.getValue()) + " " + bytes.length + " " + name;
    }

    private int report() {
        broken.forEach(System.err::println);
        if (apply) {
            new TreeSet<>(changed).forEach(name -> System.out.println("formatted " + name));
        } else if (!changed.isEmpty()) {
            System.err.println("Not formatted; `mvn -q -pl build -Pformat` does it:");
            changed.forEach(name -> System.err.println("  " + name));
        }
        return broken.isEmpty() && (apply || changed.isEmpty()) ? 0 : 1;
    }
}
