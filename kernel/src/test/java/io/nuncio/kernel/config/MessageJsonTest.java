package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import io.envoyproxy.envoy.type.v3.DoubleRange;
import io.envoyproxy.envoy.type.v3.Int64Range;

import org.junit.jupiter.api.Test;

class MessageJsonTest {
    private final MessageJson json = new MessageJson(new Types());

    @Test
    void namesAreThoseOfTheSourcesAndLinesAreIndentedByOne() {
        Bootstrap bootstrap =
                Loading.yaml(
                                Bootstrap.getDefaultInstance(),
                                """
                                node:
                                  id: a<b>
                                  metadata: {n: 1, t: x, l: [true, ~], d: 1.5}
                                static_resources:
                                  clusters:
                                  - name: c
                                    type: STRICT_DNS
                                    connect_timeout: 0.25s
                                    per_connection_buffer_limit_bytes: 5
                                    upstream_config: {name: x, typed_config: {'@type': type.googleapis.com/envoy.config.core.v3.Node, id: i}}
                                    load_assignment: {cluster_name: c}
                                """)
                        .message();
        assertThat(json.print(bootstrap))
                .isEqualTo(
                        """
                        {
                         "node": {
                          "id": "a\\u003cb\\u003e",
                          "metadata": {
                           "n": 1,
                           "t": "x",
                           "l": [
                            true,
                            null
                           ],
                           "d": 1.5
                          }
                         },
                         "static_resources": {
                          "clusters": [
                           {
                            "name": "c",
                            "type": "STRICT_DNS",
                            "connect_timeout": "0.250s",
                            "per_connection_buffer_limit_bytes": 5,
                            "load_assignment": {
                             "cluster_name": "c"
                            },
                            "upstream_config": {
                             "name": "x",
                             "typed_config": {
                              "@type": "type.googleapis.com/envoy.config.core.v3.Node",
                              "id": "i"
                             }
                            }
                           }
                          ]
                         }
                        }\
                        """);
    }

    @Test
    void whatIsSensitiveIsRedacted() {
        Secret secret =
                Secret.newBuilder()
                        .setName("s")
                        .setTlsCertificate(
                                TlsCertificate.newBuilder()
                                        .setCertificateChain(
                                                DataSource.newBuilder().setInlineString("public"))
                                        .setPrivateKey(
                                                DataSource.newBuilder().setInlineString("private"))
                                        .setPassword(
                                                DataSource.newBuilder()
                                                        .setInlineBytes(
                                                                ByteString.copyFromUtf8("p"))))
                        .build();
        assertThat(json.compact().print(secret))
                .isEqualTo(
                        "{\"name\":\"s\",\"tls_certificate\":{\"certificate_chain\":{\"inline_string\":\"public\"},"
                            + "\"private_key\":{\"inline_string\":\"[redacted]\"},"
                            + "\"password\":{\"inline_bytes\":\"W3JlZGFjdGVkXQ==\"}}}");
        assertThat(json.compact().unredacted().print(secret)).contains("\"private\"");
    }

    @Test
    void repeatedAndNestedSecretsAreRedactedInsideAny() {
        TlsSessionTicketKeys keys =
                TlsSessionTicketKeys.newBuilder()
                        .addKeys(DataSource.newBuilder().setFilename("k"))
                        .build();
        TypedExtensionConfig extension =
                TypedExtensionConfig.newBuilder()
                        .setName("n")
                        .setTypedConfig(Any.pack(keys))
                        .build();
        assertThat(json.compact().print(extension))
                .contains("\"keys\":[{\"filename\":\"[redacted]\"}]");
    }

    @Test
    void secretsInATypedStructAreRedactedByItsInnerType() {
        TypedExtensionConfig extension =
                Loading.yaml(
                                TypedExtensionConfig.getDefaultInstance(),
                                """
                                name: a
                                typed_config:
                                  '@type': type.googleapis.com/xds.type.v3.TypedStruct
                                  type_url: type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.TlsCertificate
                                  value: {private_key: {inline_string: private}}
                                """)
                        .message();
        assertThat(json.compact().print(extension))
                .contains("\"type_url\":\"type.googleapis.com/envoy.extensions")
                .contains("\"value\":{\"private_key\":{\"inline_string\":\"[redacted]\"}}")
                .doesNotContain("\"private\"");
    }

    @Test
    void numbersAsInJsonOfProtobuf() {
        assertThat(json.compact().print(Int64Range.newBuilder().setStart(Long.MIN_VALUE).build()))
                .isEqualTo("{\"start\":\"-9223372036854775808\"}");
        assertThat(
                        json.compact()
                                .print(
                                        DoubleRange.newBuilder()
                                                .setStart(1e20)
                                                .setEnd(Double.NaN)
                                                .build()))
                .isEqualTo("{\"start\":1.0e+20,\"end\":\"NaN\"}");
    }

    @Test
    void anUnknownTypeInAnyIsPrintedWithItsBytes() {
        TypedExtensionConfig extension =
                TypedExtensionConfig.newBuilder()
                        .setTypedConfig(
                                Any.newBuilder()
                                        .setTypeUrl("type.googleapis.com/a.b.C")
                                        .setValue(ByteString.copyFromUtf8("hi")))
                        .build();
        assertThat(json.compact().print(extension))
                .isEqualTo(
                        "{\"typed_config\":{\"@type\":\"type.googleapis.com/a.b.C\",\"value\":\"aGk=\"}}");
    }

    @Test
    void wellKnownTypesInAnyAreGivenAsValue() {
        TypedExtensionConfig extension =
                TypedExtensionConfig.newBuilder()
                        .setTypedConfig(
                                Any.pack(
                                        com.google.protobuf.Duration.newBuilder()
                                                .setSeconds(5)
                                                .build()))
                        .build();
        assertThat(json.compact().print(extension))
                .endsWith("google.protobuf.Duration\",\"value\":\"5s\"}}");
    }

    @Test
    void whatIsPrintedCanBeLoadedAgain() {
        Bootstrap bootstrap = Loading.bootstrap(ConfigLoaderTest.FRONT_PROXY).message();
        LoadResult<Bootstrap> again =
                Loading.json(Bootstrap.getDefaultInstance(), json.print(bootstrap));
        assertThat(again.text()).isEmpty();
        assertThat(again.message()).isEqualTo(bootstrap);
    }

    @Test
    void anEmptyMessageIsEmptyBraces() {
        assertThat(json.print(Node.getDefaultInstance())).isEqualTo("{}");
    }
}
