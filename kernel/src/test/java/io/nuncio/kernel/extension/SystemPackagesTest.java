package io.nuncio.kernel.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Extension;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/// The list is computed here from the class path; `-Dgolden.update` writes it anew after a
/// dependency changed.
class SystemPackagesTest {
    private static final Path FILE =
            Path.of("src/main/resources/io/nuncio/kernel/extension", SystemPackages.RESOURCE);

    @Test
    void theListIsWhatTheClassPathHas() throws IOException {
        String computed = String.join("\n", packages()) + "\n";
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, computed);
        }

        assertThat(FILE).hasContent(computed);
    }

    @Test
    void neitherNettyNorTheKernelNorTheInternalSpiIsExported() {
        assertThat(SystemPackages.header())
                .contains(
                        "io.nuncio.spi;version=",
                        "io.nuncio.spi.host;version=",
                        "org.slf4j;version=1.7.36")
                .doesNotContain(
                        "io.netty", "io.nuncio.kernel", "io.nuncio.spi.internal", "envoy.api.v2");
    }

    private static TreeSet<String> packages() throws IOException {
        var packages = new TreeSet<String>();
        packages.add("io.nuncio.spi;version=" + version("io/nuncio/spi"));
        packages.add("io.nuncio.spi.host;version=" + version("io/nuncio/spi/host"));
        packages.addAll(exported(com.google.protobuf.Message.class));
        packages.addAll(exported(com.google.protobuf.util.JsonFormat.class));
        packages.addAll(exported(org.slf4j.Logger.class));
        packages.addAll(exported(org.jspecify.annotations.Nullable.class));
        try (var jar =
                new JarFile(
                        jarOf(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.class).toFile())) {
            jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.endsWith(".class") && name.contains("/"))
                    .map(name -> name.substring(0, name.lastIndexOf('/')).replace('/', '.'))
                    .filter(SystemPackagesTest::current)
                    .forEach(packages::add);
        }
        return packages;
    }

    /// Envoy's API before version 3 cannot be used.
    private static boolean current(String name) {
        return !name.startsWith("io.envoyproxy.envoy.")
                || name.matches(".*\\.v3(alpha)?(\\..*)?")
                || name.contains(".annotations");
    }

    private static List<String> exported(Class<?> type) throws IOException {
        try (var jar = new JarFile(jarOf(type).toFile())) {
            String header = jar.getManifest().getMainAttributes().getValue("Export-Package");
            return HeaderClause.parse(header).stream()
                    .map(clause -> clause.name() + ";version=" + clause.attributes().get("version"))
                    .toList();
        }
    }

    private static Path jarOf(Class<?> type) {
        try {
            URI uri = type.getProtectionDomain().getCodeSource().getLocation().toURI();
            return Path.of(uri);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The version in the annotation of a package's `package-info`.
    private static String version(String folder) {
        try (InputStream in =
                Extension.class
                        .getClassLoader()
                        .getResourceAsStream(folder + "/package-info.class")) {
            return ClassFile.of()
                    .parse(in.readAllBytes())
                    .findAttribute(Attributes.runtimeInvisibleAnnotations())
                    .orElseThrow()
                    .annotations()
                    .stream()
                    .filter(annotation ->
                            annotation.className().stringValue().endsWith("versioning/Version;"))
                    .map(annotation ->
                            ((AnnotationValue.OfString) annotation.elements().getFirst().value())
                                    .stringValue())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
