package io.nuncio.kernel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

import java.nio.file.Path;

import javax.xml.parsers.DocumentBuilderFactory;

class VersionTest {
    @Test
    void theVersionIsThatOfTheBuild() throws Exception {
        Document pom =
                DocumentBuilderFactory.newDefaultInstance()
                        .newDocumentBuilder()
                        .parse(Path.of("pom.xml").toFile());
        String version = pom.getElementsByTagName("version").item(0).getTextContent();

        assertThat(Version.NUNCIO).isEqualTo(version);
        assertThat(Version.line())
                .isEqualTo(
                        "nuncio "
                                + version
                                + "/Envoy API 1.34.0/Java "
                                + Runtime.version().feature());
    }

    @Test
    void theApiIsThatOfTheJar() {
        String jar =
                String.valueOf(Bootstrap.class.getProtectionDomain().getCodeSource().getLocation());

        assertThat(jar)
                .as("1.0.49 has the API of %s", Version.ENVOY_API)
                .contains("api-1.0.49.jar");
    }
}
