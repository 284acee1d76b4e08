package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

class DistributionIT {
    /// What a bundle may use beside the JDK and its own classes.
    private static final List<String> OPEN_TO_BUNDLES =
            List.of(
                    "java/",
                    "javax/",
                    "io/nuncio/spi/",
                    "io/envoyproxy/",
                    "com/github/xds/",
                    "com/github/udpa/",
                    "com/google/protobuf/",
                    "org/slf4j/",
                    "org/jspecify/");

    @Test
    void everyShippedBundleLoads() throws Exception {
        List<Path> jars = jars("bundles");
        var arguments = new ArrayList<>(List.of("bundles", "check"));
        jars.forEach(jar -> arguments.add(jar.toString()));

        Distribution.Finished finished = Distribution.run(arguments.toArray(String[]::new));

        assertThat(finished.output()).doesNotContain("WARNING");
        assertThat(finished.exitCode()).as(finished.output()).isZero();
        assertThat(jars).isNotEmpty();
    }

    @Test
    void bundlesKnowOnlyTheSpi() throws IOException {
        var strange = new TreeSet<String>();
        for (Path jar : jars("bundles")) {
            try (var file = new JarFile(jar.toFile())) {
                for (JarEntry entry : Collections.list(file.entries())) {
                    if (entry.getName().endsWith(".class")) {
                        strange.addAll(strangers(file, entry));
                    }
                }
            }
        }

        assertThat(strange).isEmpty();
    }

    @Test
    void everyExampleIsAccepted() throws Exception {
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("examples"))) {
            for (Path example : files.toList()) {
                Distribution.Finished finished =
                        Distribution.run("--mode", "validate", "-c", example.toString());
                assertThat(finished.exitCode()).as(example + "\n" + finished.output()).isZero();
            }
        }
    }

    @Test
    void onlyWhatIsUsedIsShipped() throws IOException {
        assertThat(jars("lib"))
                .extracting(jar -> String.valueOf(jar.getFileName()))
                .noneMatch(name ->
                        name.matches("netty-codec-(http|mqtt|redis|memcache|xml).*|netty-all.*"))
                .noneMatch(name ->
                        name.matches(
                                "(jsr305|checker-qual|error_prone_annotations|junit|assertj).*"))
                .contains("nuncio.jar", "kernel-" + Distribution.VERSION + ".jar");
    }

    @Test
    void aClassArchiveIsWrittenAndUsed() throws Exception {
        Distribution.Finished warm = Distribution.run("warm");
        assertThat(warm.output()).contains("nuncio: wrote ");
        assertThat(warm.exitCode()).isZero();

        var builder = new ProcessBuilder(Distribution.LAUNCHER.toString(), "--version");
        builder.environment().put("NUNCIO_JAVA_OPTIONS", "-Xshare:on");
        Distribution.Finished version = Distribution.finish(builder);
        assertThat(version.output()).startsWith("nuncio " + Distribution.VERSION);
        assertThat(version.exitCode()).isZero();
    }

    @Test
    void withoutANewEnoughJavaOneSentenceSaysWhatToInstall() throws Exception {
        var shell =
                new ProcessBuilder(
                        "sh",
                        "-c",
                        ". \"$0\"; wanted_java=99; find_java",
                        Distribution.HOME.resolve("lib/find-java.sh").toString());

        Distribution.Finished finished = Distribution.finish(shell);

        assertThat(finished.exitCode()).isEqualTo(78);
        assertThat(finished.output())
                .startsWith("nuncio: needs Java 99 or newer, and none was found; install one");
    }

    @Test
    void theLicenceOfEachLibraryIsThere() throws IOException {
        String table = Files.readString(Distribution.HOME.resolve("licences/README.md"));
        for (Path jar : jars("lib")) {
            String name = jar.getFileName().toString();
            if (!name.matches("(kernel|filter-spi)-.*|nuncio\\.jar")) {
                assertThat(table).containsPattern("\\| " + name + " \\| \\[[^]]+]\\(http");
            }
        }
        assertThat(Distribution.HOME.resolve("licences/re2j.txt")).exists();
    }

    @Test
    void theLauncherWorksFromAnyFolderAndThroughALink() throws Exception {
        Path link = Files.createTempDirectory("nuncio-link-").resolve("nuncio");
        Files.createSymbolicLink(link, Distribution.LAUNCHER);
        try {
            var builder =
                    new ProcessBuilder(link.toString(), "--version")
                            .directory(link.getParent().toFile());

            Distribution.Finished finished = Distribution.finish(builder);

            assertThat(finished.exitCode()).as(finished.output()).isZero();
            assertThat(finished.output()).contains(Distribution.VERSION);
        } finally {
            Files.delete(link);
            Files.delete(link.getParent());
        }
    }

    private static List<Path> jars(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        }
    }

    /// The classes that a class refers to and may not.
    private static TreeSet<String> strangers(JarFile jar, JarEntry entry) throws IOException {
        var found = new TreeSet<String>();
        try (InputStream in = jar.getInputStream(entry)) {
            for (var constant : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
                if (constant instanceof ClassEntry type) {
                    String name =
                            type.asInternalName()
                                    .replaceFirst("^\\[+L?", "")
                                    .replaceFirst(";$", "");
                    boolean primitive = name.length() == 1;
                    boolean own = jar.getEntry(name + ".class") != null;
                    boolean internal = name.startsWith("io/nuncio/spi/internal/");
                    boolean open = OPEN_TO_BUNDLES.stream().anyMatch(name::startsWith) && !internal;
                    if (!primitive && !own && !open) {
                        found.add(entry.getName() + " uses " + name);
                    }
                }
            }
        }
        return found;
    }
}
