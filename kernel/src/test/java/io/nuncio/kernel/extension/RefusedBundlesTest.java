package io.nuncio.kernel.extension;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;

import io.nuncio.spi.Category;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.zip.ZipFile;

/// Everything that can be wrong with a jar, and what an operator reads then.
class RefusedBundlesTest {
    @TempDir Path folder;
    private Path bundles;
    private ExtensionRegistry registry;

    @BeforeEach
    void open() throws IOException {
        bundles = Files.createDirectory(folder.resolve("bundles"));
        registry = registry("store", Duration.ofSeconds(30));
    }

    /// @param patience for a constructor
    private ExtensionRegistry registry(String store, Duration patience) {
        return new ExtensionRegistry(
                new ExtensionRegistry.Settings(
                        bundles, folder.resolve(store), null, Map.of(), patience));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void aFileThatIsNoZipIsRefusedUntilItChanges() throws IOException {
        Files.writeString(bundles.resolve("x.jar"), "not a zip");

        assertThat(refusal())
                .startsWith("not a complete zip file (")
                .endsWith("; waiting for the file to change");

        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));
        assertThat(registry.bundles(true).getFirst().state())
                .isEqualTo(BundleStatus.State.AVAILABLE);
    }

    @Test
    void aTruncatedJarIsRefused() throws IOException {
        Path jar = TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));
        byte[] bytes = Files.readAllBytes(jar);
        Files.write(jar, java.util.Arrays.copyOf(bytes, bytes.length - 100));

        assertThat(refusal()).startsWith("not a complete zip file (");
    }

    @Test
    void aFlippedBitInsideAnEntryIsFound() throws IOException {
        byte[] content = new byte[4096];
        new java.util.Random(1).nextBytes(content);
        Path jar =
                TestBundle.filter("acme.filter", "acme", "")
                        .entry("data.bin", content)
                        .write(bundles.resolve("x.jar"));
        byte[] bytes = Files.readAllBytes(jar);
        int at = indexOf(bytes, java.util.Arrays.copyOfRange(content, 2000, 2016));
        bytes[at] ^= 1;
        Files.write(jar, bytes);

        assertThat(refusal()).startsWith("entry data.bin is damaged");
    }

    @Test
    void aPlainLibraryIsNoBundle() {
        TestBundle.named("x").without("Bundle-SymbolicName").write(bundles.resolve("x.jar"));

        assertThat(refusal())
                .isEqualTo("is not an OSGi bundle: its manifest has no Bundle-SymbolicName");
    }

    @Test
    void aBundleWithoutExtensionIsRefused() {
        TestBundle.named("x").write(bundles.resolve("x.jar"));

        assertThat(refusal())
                .isEqualTo(
                        "provides no nuncio.extension (is the class annotated with @Extension?)");
    }

    @Test
    void namesAndVersionsFollowTheirGrammar() {
        TestBundle.filter("no spaces please", "acme", "").write(bundles.resolve("x.jar"));
        assertThat(refusal())
                .isEqualTo("Bundle-SymbolicName `no spaces please` is not a symbolic name");

        TestBundle.filter("acme.filter", "acme", "")
                .version("one.two")
                .write(bundles.resolve("x.jar"));
        assertThat(refusal()).isEqualTo("Bundle-Version `one.two` is not a version");
    }

    @Test
    void anUnknownCategoryIsNamed() {
        TestBundle.named("x")
                .extension("name=n;impl=\"p.F\";category=TELEPATHY")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal()).contains("category `TELEPATHY`");
    }

    @Test
    void activatorsAreNotRun() {
        TestBundle.filter("acme.filter", "acme", "")
                .header("Bundle-Activator", "acme.Filter")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal()).startsWith("has a Bundle-Activator");
    }

    @Test
    void aMissingPackageIsNamedWithItsRange() {
        TestBundle.filter("acme.filter", "acme", "")
                .header("Import-Package", "io.nuncio.spi,org.acme.nowhere;version=\"[3,4)\"")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal())
                .isEqualTo(
                        "needs package org.acme.nowhere [3.0.0,4.0.0); nothing provides it. Embed"
                                + " it (nuncio.embed) or remove the use");
    }

    @Test
    void nettyAndTheKernelAreOutOfReach() {
        TestBundle.filter("acme.filter", "acme", "")
                .header(
                        "Import-Package",
                        "io.nuncio.spi,io.netty.buffer,io.nuncio.kernel.extension")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal())
                .contains(
                        "needs package io.netty.buffer;",
                        "needs package io.nuncio.kernel.extension;");
    }

    @Test
    void anotherSpiIsToldFromThisOne() {
        TestBundle.filter("acme.filter", "acme", "")
                .header("Import-Package", "io.nuncio.spi;version=\"[2,3)\"")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal())
                .isEqualTo(
                        "was built for SPI [2.0.0,3.0.0) (package io.nuncio.spi); this version"
                                + " provides 0.2.0");
    }

    @Test
    void aNewerJavaIsNamed() {
        TestBundle.filter("acme.filter", "acme", "")
                .header("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal()).isEqualTo("needs Java 99; running " + Runtime.version().feature());
    }

    @Test
    void classFilesOfANewerJavaAreFoundWithoutTheManifestSayingSo() throws IOException {
        Path jar = TestBundle.filter("acme.filter", "acme", "").write(folder.resolve("made.jar"));
        byte[] type;
        try (var zip = new ZipFile(jar.toFile())) {
            type = zip.getInputStream(zip.getEntry("acme/Filter.class")).readAllBytes();
        }
        type[6] = 0;
        type[7] = (byte) 143;
        TestBundle.named("acme.filter")
                .without("Require-Capability")
                .extension("name=\"acme\";impl=\"acme.Filter\"")
                .entry("acme/Filter.class", type)
                .write(bundles.resolve("x.jar"));

        assertThat(refusal()).isEqualTo("needs Java 99; running " + Runtime.version().feature());
    }

    @Test
    void theImplementationMustBeInTheJar() {
        TestBundle.named("x")
                .extension("name=\"n\";impl=\"p.Absent\"")
                .write(bundles.resolve("x.jar"));

        assertThat(refusal()).isEqualTo("names the class p.Absent for n, which is not in the jar");
    }

    @Test
    void anEmbeddedSpiIsRefused() {
        TestBundle.filter("acme.filter", "acme", "")
                .entry("io/nuncio/spi/Category.class", new byte[] {1})
                .write(bundles.resolve("x.jar"));

        assertThat(refusal())
                .isEqualTo(
                        "contains io/nuncio/spi/Category.class: the SPI comes from the host; remove"
                                + " it from nuncio.embed");
    }

    @Test
    void aFactoryOfTheWrongKindIsRefusedWhenLoaded() {
        TestBundle.named("acme.filter")
                .extension("name=\"acme\";impl=\"acme.Filter\"")
                .source("acme.Filter", "package acme; public class Filter {}")
                .write(bundles.resolve("x.jar"));

        assertThat(loadFailure())
                .isEqualTo(
                        "bundle x.jar: acme.Filter does not implement HttpFilterFactory, which an"
                                + " extension of the category HTTP_FILTER must");
    }

    @Test
    void aThrowingConstructorIsReportedWithItsCause() {
        TestBundle.filter(
                        "acme.filter",
                        "acme",
                        "public Filter() { throw new IllegalStateException(\"no licence\"); }")
                .write(bundles.resolve("x.jar"));

        assertThat(loadFailure())
                .isEqualTo(
                        "bundle x.jar: the constructor of acme.Filter failed:"
                                + " java.lang.IllegalStateException: no licence");
    }

    @Test
    void aThrowingStaticInitializerIsReportedWithItsCause() {
        TestBundle.filter("acme.filter", "acme", "static final int X = Integer.parseInt(\"x\");")
                .write(bundles.resolve("x.jar"));

        assertThat(loadFailure())
                .contains("the constructor of acme.Filter failed", "NumberFormatException");
    }

    @Test
    void aHangingConstructorIsGivenUp() {
        TestBundle.filter(
                        "acme.filter",
                        "acme",
                        "public Filter() throws Exception { new"
                                + " java.util.concurrent.CountDownLatch(1).await(); }")
                .write(bundles.resolve("x.jar"));
        registry.close();
        registry = registry("hasty", Duration.ofMillis(300));

        assertThat(loadFailure())
                .startsWith("bundle x.jar: the constructor of acme.Filter did not finish in");
    }

    @Test
    void aHiddenConstructorIsReported() {
        TestBundle.filter("acme.filter", "acme", "private Filter() {}")
                .write(bundles.resolve("x.jar"));

        assertThat(loadFailure())
                .isEqualTo(
                        "bundle x.jar: acme.Filter has no public constructor without parameters");
    }

    @Test
    void aLibraryThatWasNotEmbeddedIsNamed() {
        TestBundle.named("acme.filter")
                .extension("name=\"acme\";impl=\"acme.Filter\"")
                .source(
                        "acme.Filter",
                        """
                        package acme;
                        import io.nuncio.spi.*;
                        public class Filter implements HttpFilterFactory<com.google.protobuf.Struct> {
                            final Object parser = new org.snakeyaml.engine.v2.api.Load(
                                    org.snakeyaml.engine.v2.api.LoadSettings.builder().build());
                            public HttpFilterTemplate configure(com.google.protobuf.Struct c, FactoryContext x) { return null; }
                        }
                        """)
                .write(bundles.resolve("x.jar"));

        assertThat(loadFailure())
                .contains(
                        "needs a class that is neither in the jar nor exported by the host",
                        "snakeyaml");
    }

    @Test
    void aSecondBundleWithTheSameExtensionIsRefused() throws IOException {
        Path first = TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("b.jar"));
        Files.setLastModifiedTime(first, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        TestBundle.filter("evil.corp", "acme", "").version("9.0.0").write(bundles.resolve("a.jar"));

        assertThat(registry.bundles(false))
                .extracting(status -> status.jar().getFileName() + " " + status.state())
                .containsExactly("a.jar REFUSED", "b.jar AVAILABLE");
        assertThat(registry.bundles(false).getFirst().reason())
                .isEqualTo(
                        "extension acme of envoy.filters.http is already provided by bundle"
                            + " acme.filter 1.0.0; bundle evil.corp 9.0.0 is not loaded; remove one"
                            + " of them or prefer one");
    }

    @Test
    void aFolderThatEverybodyMayWriteToIsNotTrusted() throws IOException {
        TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));
        Files.setPosixFilePermissions(bundles, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThat(refusal())
                .isEqualTo(
                        "the folder "
                                + bundles
                                + " is writable by everybody; take that right away (chmod o-w)");
    }

    @Test
    void aJarThatEverybodyMayWriteToIsNotTrusted() throws IOException {
        Path jar = TestBundle.filter("acme.filter", "acme", "").write(bundles.resolve("x.jar"));
        Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThat(refusal()).startsWith("the file is writable by everybody");
    }

    private String refusal() {
        BundleStatus status = registry.bundles(true).getFirst();
        assertThat(status.state()).isEqualTo(BundleStatus.State.REFUSED);
        return status.reason();
    }

    private String loadFailure() {
        var problems = new Problems();
        LoadedExtension found =
                registry.find(Category.HTTP_FILTER, "acme", Any.getDefaultInstance(), problems);
        assertThat(found).isNull();
        assertThat(problems.all()).hasSize(1);
        return problems.all().getFirst().message();
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i <= bytes.length - wanted.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new IllegalStateException("not found");
    }
}
