package io.nuncio.kernel.extension;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

class BundlesCommandTest {
    @TempDir Path folder;
    private Path bundles;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void makeFolder() throws IOException {
        bundles = Files.createDirectory(folder.resolve("bundles"));
    }

    @Test
    void theListHasNameVersionStateAndExtensionsAndSaysWhyNot() throws IOException {
        TestBundle.filter("acme.filter", "com.acme", "")
                .version("1.2.0")
                .write(bundles.resolve("acme.jar"));
        Files.writeString(bundles.resolve("broken.jar"), "no zip");

        assertThat(run()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        acme.filter 1.2.0  available  acme.jar
                            com.acme  envoy.filters.http  type.com.acme
                        broken.jar  refused  broken.jar
                            why: not a complete zip file (zip END header not found); waiting for the file to change
                        2 bundles in %s
                        """
                                .formatted(bundles));
    }

    @Test
    void anotherFolderCanBeListed() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));

        assertThat(run("--bundle-path", other.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("0 bundles in " + other + "\n");
        assertThat(run("--bundle-path", folder.resolve("absent").toString())).isEqualTo(1);
    }

    @Test
    void aGoodJarPassesTheCheck() {
        Path jar = TestBundle.filter("acme.filter", "com.acme", "").write(folder.resolve("x.jar"));

        assertThat(run("check", jar.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("x.jar: good (acme.filter 1.0.0)");
    }

    @Test
    void aJarThatCannotBeLoadedFailsTheCheck() {
        Path jar =
                TestBundle.filter(
                                "acme.filter",
                                "com.acme",
                                "public Filter() { throw new Error(\"no\"); }")
                        .write(folder.resolve("x.jar"));

        assertThat(run("check", jar.toString())).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("x.jar: the constructor of acme.Filter failed: java.lang.Error: no\n");
    }

    @Test
    void anUnknownOptionIsNamed() {
        assertThat(run("--frobnicate")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("nuncio bundles: Unknown option: '--frobnicate'");
    }

    private int run(String... arguments) {
        var settings = ExtensionRegistry.Settings.of(bundles, folder.resolve("store"));
        return new BundlesCommand(settings, print(out), print(err)).run(arguments);
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
