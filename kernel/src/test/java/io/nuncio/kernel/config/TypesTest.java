package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.StringValue;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

class TypesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "envoy.config.bootstrap.v3.Bootstrap",
                "envoy.config.bootstrap.v3.Bootstrap.StaticResources",
                "envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin",
                "envoy.extensions.filters.http.router.v3.Router",
                "xds.type.v3.TypedStruct",
                "udpa.type.v1.TypedStruct",
                "google.protobuf.Struct",
                "google.rpc.Status",
                "opentelemetry.proto.common.v1.KeyValue",
            })
    void messagesOfTheApiAreFoundByTheirName(String name) {
        Message found = new Types().find(name);
        assertThat(found).isNotNull();
        assertThat(found.getDescriptorForType().getFullName()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "envoy.api.v2.Cluster",
                "envoy.config.filter.http.router.v2.Router",
                "envoy.config.bootstrap.v3.Nothing",
                "envoy.config.bootstrap.v3.BootstrapProto",
                "java.lang.String",
                "",
                ".",
                "a..b",
                "envoy.config.bootstrap.v3.Bootstrap$StaticResources",
                "[Lcom.acme.X;",
                "io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap",
            })
    void anythingElseIsNotFound(String name) {
        assertThat(new Types().find(name)).isNull();
    }

    @Test
    void everyMessageOfVersion3IsFound() throws Exception {
        Types types = new Types();
        Path jar =
                Path.of(
                        Bootstrap.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI());
        Pattern message =
                Pattern.compile(
                        "io/envoyproxy/(envoy/extensions/filters/[a-z0-9_/]+/v3/[A-Z]\\w+)OrBuilder\\.class");
        int count = 0;
        try (JarFile file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().toList()) {
                var matcher = message.matcher(entry.getName());
                if (matcher.matches()) {
                    String name = matcher.group(1).replace('/', '.');
                    assertThat(types.find(name)).as(name).isNotNull();
                    count++;
                }
            }
        }
        assertThat(count).isGreaterThan(150);
    }

    @Test
    void bundlesAddTheirOwnMessages() {
        MessageTypes own =
                name -> name.equals("google.protobuf.StringValue") ? null : StringValue.of("x");
        Types types = new Types(List.of(Types.in(TypesTest.class.getClassLoader()), own));
        assertThat(types.find("com.acme.Thing"))
                .as("a source that answers with another type is not believed")
                .isNull();
        assertThat(types.find("google.protobuf.Struct")).isNotNull();
        assertThat(types.find("io.nuncio.Nothing")).isNull();
    }
}
