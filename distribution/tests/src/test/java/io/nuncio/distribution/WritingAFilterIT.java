package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The way of `docs/writing-a-filter.md`: from nothing to a hot swap, with its commands.
class WritingAFilterIT {
    private static final String GENERATE =
            "org.apache.maven.plugins:maven-archetype-plugin:3.4.1:generate";

    @TempDir Path folder;

    @Test
    void anAuthorComesFromNothingToAHotSwap() throws Exception {
        var maven = new StrangersMaven(folder);
        maven.run(
                folder,
                GENERATE,
                "-DarchetypeGroupId=io.nuncio",
                "-DarchetypeArtifactId=filter-archetype",
                "-DarchetypeVersion=" + Distribution.VERSION,
                "-DarchetypeCatalog=internal",
                "-DgroupId=com.acme",
                "-DartifactId=hello",
                "-DfilterName=Hello",
                "-DinteractiveMode=false");
        Path project = folder.resolve("hello");
        maven.run(project, "package");
        Path jar = project.resolve("target/hello-1.0.0.jar");
        assertThat(project.resolve("target/surefire-reports/com.acme.HelloTest.txt"))
                .content()
                .contains("Tests run: 3, Failures: 0, Errors: 0, Skipped: 0");
        Distribution.Finished check = Distribution.run("bundles", "check", jar.toString());
        assertThat(check.exitCode()).as(check.output()).isZero();

        Path bundles = copyOfBundles();
        put(jar, bundles);
        String config =
                Files.readString(project.resolve("proxy.yaml"))
                        .replace("port_value: 10000", "port_value: 0")
                        .replace("port_value: 9901", "port_value: 0");
        try (RunningProxy proxy =
                RunningProxy.start(folder, config, "--bundle-path", bundles.toString())) {
            String url = "http://127.0.0.1:" + proxy.port("front") + "/";
            HttpResponse<String> response = proxy.get(url);
            assertThat(response.body()).isEqualTo("served\n");
            assertThat(response.headers().firstValue("x-greeting")).contains("hello");
            assertThat(proxy.stat("http.front.hello.greeted")).isEqualTo(1);

            Path source = project.resolve("src/main/java/com/acme/Hello.java");
            Files.writeString(
                    source,
                    Files.readString(source).replace("(header, value)", "(header, value + \"!\")"));
            maven.run(project, "package", "-DskipTests");
            put(jar, bundles);
            awaitGreeting(proxy, url, "hello!");
            assertThat(proxy.admin("/bundles")).contains("com.acme.hello");
            assertThat(proxy.end()).isZero();
        }
    }

    /// Until the new generation answers; no request on the way there fails.
    private static void awaitGreeting(RunningProxy proxy, String url, String greeting)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String last = "";
        while (!last.equals(greeting)) {
            HttpResponse<String> response = proxy.get(url);
            assertThat(response.statusCode()).isEqualTo(200);
            last = response.headers().firstValue("x-greeting").orElse("");
            assertThat(System.nanoTime()).as("still `%s`", last).isLessThan(deadline);
        }
    }

    /// As `cp` to a name that is no bundle, and `mv`.
    private static void put(Path jar, Path bundles) throws Exception {
        Path part = Files.copy(jar, bundles.resolve("hello.part"));
        Files.move(part, bundles.resolve("hello.jar"), StandardCopyOption.REPLACE_EXISTING);
    }

    private Path copyOfBundles() throws Exception {
        Path bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        return bundles;
    }
}
