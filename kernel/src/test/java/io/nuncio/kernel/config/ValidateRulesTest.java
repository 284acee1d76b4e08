package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DurationProto;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TimestampProto;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.pgv.validate.Validate;
import io.envoyproxy.pgv.validate.Validate.FieldRules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

class ValidateRulesTest {
    private static List<String> violations(Message message) {
        List<String> found = new ArrayList<>();
        new ValidateRules()
                .check(message, new Types(), (path, reason) -> found.add(path + ": " + reason));
        return found;
    }

    /// Checks one value of a field that has only these rules.
    private static String violation(FieldDescriptorProto.Type type, String rules, Object value)
            throws Exception {
        FieldDescriptor field = field(type, rules);
        DynamicMessage.Builder message = DynamicMessage.newBuilder(field.getContainingType());
        if (value instanceof List<?> list) {
            list.forEach(element -> message.addRepeatedField(field, element));
        } else {
            message.setField(field, value);
        }
        List<String> found = violations(message.build());
        return found.isEmpty() ? "" : found.get(0);
    }

    private static FieldDescriptor field(FieldDescriptorProto.Type type, String rules)
            throws Exception {
        FieldRules parsed = TextFormat.parse(rules, FieldRules.class);
        FieldDescriptorProto.Builder field =
                FieldDescriptorProto.newBuilder()
                        .setName("f")
                        .setNumber(1)
                        .setType(type)
                        .setLabel(
                                parsed.hasRepeated()
                                        ? FieldDescriptorProto.Label.LABEL_REPEATED
                                        : FieldDescriptorProto.Label.LABEL_OPTIONAL)
                        .setOptions(FieldOptions.newBuilder().setExtension(Validate.rules, parsed));
        if (type == FieldDescriptorProto.Type.TYPE_MESSAGE) {
            field.setTypeName(
                    parsed.hasTimestamp()
                            ? ".google.protobuf.Timestamp"
                            : ".google.protobuf.Duration");
        }
        FileDescriptorProto file =
                FileDescriptorProto.newBuilder()
                        .setName("test.proto")
                        .setSyntax("proto3")
                        .addDependency("google/protobuf/duration.proto")
                        .addDependency("google/protobuf/timestamp.proto")
                        .addMessageType(DescriptorProto.newBuilder().setName("M").addField(field))
                        .build();
        Descriptor message =
                FileDescriptor.buildFrom(
                                file,
                                new FileDescriptor[] {
                                    DurationProto.getDescriptor(), TimestampProto.getDescriptor()
                                })
                        .getMessageTypes()
                        .get(0);
        return message.getFields().get(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "const: 'a'|a|b|value must equal `a`",
                "len: 2|äö|a|value length must be 2 characters",
                "min_len: 2|äö|ä|value length must be at least 2 characters",
                "max_len: 2|äö|abc|value length must be at most 2 characters",
                "len_bytes: 2|ä|a|value length must be 2 bytes",
                "min_bytes: 2|ä|a|value length must be at least 2 bytes",
                "max_bytes: 2|ä|äa|value length must be at most 2 bytes",
                "pattern: '^a+$'|aa|ab|value does not match regex pattern `^a+$`",
                "prefix: 'a'|ab|b|value does not have prefix `a`",
                "suffix: 'a'|ba|b|value does not have suffix `a`",
                "contains: 'a'|bab|b|value does not contain substring `a`",
                "not_contains: 'a'|b|bab|value contains substring `a`",
                "in: 'a' in: 'b'|b|c|value must be in list [a, b]",
                "not_in: 'a'|b|a|value must not be in list [a]",
                "email: true|a@b.c|a|value must be a valid email address",
                "hostname: true|a-b.c.|-a|value must be a valid hostname",
                "hostname: true|a|a..b|value must be a valid hostname",
                "ip: true|1.2.3.4|1.2.3|value must be a valid IP address",
                "ip: true|::1|:1|value must be a valid IP address",
                "ipv4: true|255.0.0.1|256.0.0.1|value must be a valid IPv4 address",
                "ipv4: true|1.2.3.4|01.2.3.4|value must be a valid IPv4 address",
                "ipv6: true|1:2:3:4:5:6:7:8|1:2:3:4:5:6:7|value must be a valid IPv6 address",
                "ipv6: true|::ffff:1.2.3.4|1::2::3|value must be a valid IPv6 address",
                "ipv6: true|fe80::1%eth0|12345::|value must be a valid IPv6 address",
                "uri: true|http://a/b|/a|value must be a valid URI",
                "uri_ref: true|/a|a b|value must be a valid URI",
                "address: true|a.b|a_b|value must be a valid hostname, or an IP address",
                "uuid: true|00000000-0000-0000-0000-00000000000f|00000000|value must be a valid"
                        + " UUID",
                "well_known_regex: HTTP_HEADER_NAME|:path|a b|value is not a valid HTTP header"
                        + " name",
                "well_known_regex: HTTP_HEADER_NAME strict: false|a b|'a\n"
                        + "'|value is not a valid HTTP header name",
                "well_known_regex: HTTP_HEADER_VALUE|a b|'\u0001a'|value is not a valid HTTP header"
                        + " value",
                "well_known_regex: HTTP_HEADER_VALUE strict: false|'\u0001'|'a\n"
                        + "b'|value is not a valid HTTP header value",
            })
    void text(String rules, String right, String wrong, String reason) throws Exception {
        String typed = "string { " + rules + " }";
        assertThat(violation(FieldDescriptorProto.Type.TYPE_STRING, typed, right)).isEmpty();
        assertThat(violation(FieldDescriptorProto.Type.TYPE_STRING, typed, wrong))
                .isEqualTo("f: " + reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "const: 'a'|a|b|value must equal the constant of the API",
                "len: 2|ab|a|value length must be 2 bytes",
                "min_len: 2|ab|a|value length must be at least 2 bytes",
                "max_len: 2|ab|abc|value length must be at most 2 bytes",
                "pattern: '^a+$'|aa|ab|value does not match regex pattern `^a+$`",
                "prefix: 'a'|ab|b|value does not have the required prefix",
                "suffix: 'a'|ba|b|value does not have the required suffix",
                "contains: 'a'|bab|b|value does not contain the required bytes",
                "in: 'a'|a|c|value is not one of those that the API lists",
                "not_in: 'a'|b|a|value is one of those that the API excludes",
                "ip: true|abcd|abc|value must be a valid IP address",
                "ipv4: true|abcd|abcdabcdabcdabcd|value must be a valid IPv4 address",
                "ipv6: true|abcdabcdabcdabcd|abcd|value must be a valid IPv6 address",
            })
    void bytes(String rules, String right, String wrong, String reason) throws Exception {
        String typed = "bytes { " + rules + " }";
        FieldDescriptorProto.Type type = FieldDescriptorProto.Type.TYPE_BYTES;
        assertThat(violation(type, typed, ByteString.copyFromUtf8(right))).isEmpty();
        assertThat(violation(type, typed, ByteString.copyFromUtf8(wrong)))
                .isEqualTo("f: " + reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "const: 5|5|6|value must equal 5",
                "lt: 5|4|5|value must be less than 5",
                "lte: 5|5|6|value must be less than or equal to 5",
                "gt: 5|6|5|value must be greater than 5",
                "gte: 5|5|4|value must be greater than or equal to 5",
                "gte: 2 lt: 5|2|5|value must be greater than or equal to 2 and less than 5",
                "gt: 8 lt: 5|9|6|value must be greater than 8 or less than 5",
                "in: 1 in: 2|2|3|value must be in list [1, 2]",
                "not_in: 1|2|1|value must not be in list [1]",
            })
    void numbersOfEveryKind(String rules, int right, int wrong, String reason) throws Exception {
        for (String kind : List.of("int32", "uint32", "sint32", "fixed32", "sfixed32")) {
            FieldDescriptorProto.Type type =
                    FieldDescriptorProto.Type.valueOf(
                            "TYPE_" + kind.toUpperCase(java.util.Locale.ROOT));
            String typed = kind + " { " + rules + " }";
            assertThat(violation(type, typed, right)).as(kind).isEmpty();
            assertThat(violation(type, typed, wrong)).as(kind).isEqualTo("f: " + reason);
        }
        for (String kind : List.of("int64", "uint64", "sint64", "fixed64", "sfixed64")) {
            FieldDescriptorProto.Type type =
                    FieldDescriptorProto.Type.valueOf(
                            "TYPE_" + kind.toUpperCase(java.util.Locale.ROOT));
            String typed = kind + " { " + rules + " }";
            assertThat(violation(type, typed, (long) right)).as(kind).isEmpty();
            assertThat(violation(type, typed, (long) wrong)).as(kind).isEqualTo("f: " + reason);
        }
        String typedFloat = "float { " + rules + " }";
        assertThat(violation(FieldDescriptorProto.Type.TYPE_FLOAT, typedFloat, (float) right))
                .isEmpty();
        assertThat(violation(FieldDescriptorProto.Type.TYPE_FLOAT, typedFloat, (float) wrong))
                .isEqualTo("f: " + reason);
        String typedDouble = "double { " + rules + " }";
        assertThat(violation(FieldDescriptorProto.Type.TYPE_DOUBLE, typedDouble, (double) right))
                .isEmpty();
        assertThat(violation(FieldDescriptorProto.Type.TYPE_DOUBLE, typedDouble, (double) wrong))
                .isEqualTo("f: " + reason);
    }

    @Test
    void unsignedNumbersAreComparedAsUnsigned() throws Exception {
        assertThat(violation(FieldDescriptorProto.Type.TYPE_UINT32, "uint32 { gt: 5 }", -1))
                .isEmpty();
        assertThat(violation(FieldDescriptorProto.Type.TYPE_UINT64, "uint64 { lt: 5 }", -1L))
                .isEqualTo("f: value must be less than 5");
    }

    @Test
    void notANumberIsOutsideEveryRange() throws Exception {
        assertThat(violation(FieldDescriptorProto.Type.TYPE_DOUBLE, "double { gt: 5 }", Double.NaN))
                .isEqualTo("f: value must be greater than 5");
        assertThat(
                        violation(
                                FieldDescriptorProto.Type.TYPE_DOUBLE,
                                "double { gt: 5 }",
                                Double.POSITIVE_INFINITY))
                .isEmpty();
        assertThat(
                        violation(
                                FieldDescriptorProto.Type.TYPE_DOUBLE,
                                "double { in: 5 }",
                                Double.POSITIVE_INFINITY))
                .isEqualTo("f: value must be in list [5]");
    }

    @Test
    void aHeaderNameThatIsNotStrictMayBeEmpty() throws Exception {
        FieldDescriptorProto.Type type = FieldDescriptorProto.Type.TYPE_STRING;
        assertThat(
                        violation(
                                type,
                                "string { well_known_regex: HTTP_HEADER_NAME strict: false }",
                                ""))
                .isEmpty();
        assertThat(violation(type, "string { well_known_regex: HTTP_HEADER_NAME }", ""))
                .isEqualTo("f: value is not a valid HTTP header name");
    }

    @Test
    void emptyValuesPassWhereTheRuleIgnoresThem() throws Exception {
        assertThat(
                        violation(
                                FieldDescriptorProto.Type.TYPE_STRING,
                                "string { min_len: 2 ignore_empty: true }",
                                ""))
                .isEmpty();
        assertThat(
                        violation(
                                FieldDescriptorProto.Type.TYPE_INT32,
                                "int32 { gt: 2 ignore_empty: true }",
                                0))
                .isEmpty();
        assertThat(
                        violation(
                                FieldDescriptorProto.Type.TYPE_BYTES,
                                "bytes { min_len: 2 ignore_empty: true }",
                                ByteString.EMPTY))
                .isEmpty();
        assertThat(
                        violation(
                                FieldDescriptorProto.Type.TYPE_STRING,
                                "repeated { min_items: 1 ignore_empty: true }",
                                List.of()))
                .isEmpty();
    }

    @Test
    void truthValues() throws Exception {
        assertThat(violation(FieldDescriptorProto.Type.TYPE_BOOL, "bool { const: true }", true))
                .isEmpty();
        assertThat(violation(FieldDescriptorProto.Type.TYPE_BOOL, "bool { const: true }", false))
                .isEqualTo("f: value must equal true");
    }

    @Test
    void lists() throws Exception {
        FieldDescriptorProto.Type text = FieldDescriptorProto.Type.TYPE_STRING;
        assertThat(violation(text, "repeated { min_items: 2 }", List.of("a")))
                .isEqualTo("f: value must contain at least 2 item(s)");
        assertThat(violation(text, "repeated { max_items: 1 }", List.of("a", "b")))
                .isEqualTo("f: value must contain no more than 1 item(s)");
        assertThat(violation(text, "repeated { unique: true }", List.of("a", "b", "a")))
                .isEqualTo("f[2]: repeated value must contain unique items");
        assertThat(
                        violation(
                                text,
                                "repeated { items { string { min_len: 1 } } }",
                                List.of("a", "")))
                .isEqualTo("f[1]: value length must be at least 1 characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gt { seconds: 1 }|2|1|value must be greater than 1s",
                "gte { nanos: 500000000 }|1|0|value must be greater than or equal to 0.5s",
                "lt { seconds: 5 }|4|5|value must be less than 5s",
                "const { seconds: 5 }|5|6|value must equal 5s",
                "in { seconds: 5 }|5|6|value must be in list [5s]",
                "not_in { seconds: 5 }|6|5|value must not be in list [5s]",
            })
    void durations(String rules, long right, long wrong, String reason) throws Exception {
        String typed = "duration { " + rules + " }";
        FieldDescriptorProto.Type type = FieldDescriptorProto.Type.TYPE_MESSAGE;
        assertThat(violation(type, typed, Duration.newBuilder().setSeconds(right).build()))
                .isEmpty();
        assertThat(violation(type, typed, Duration.newBuilder().setSeconds(wrong).build()))
                .isEqualTo("f: " + reason);
    }

    @Test
    void aDurationCanBeRequired() throws Exception {
        FieldDescriptor field =
                field(FieldDescriptorProto.Type.TYPE_MESSAGE, "duration { required: true }");
        assertThat(violations(DynamicMessage.getDefaultInstance(field.getContainingType())))
                .containsExactly("f: value is required");
    }

    @Test
    void timestamps() throws Exception {
        FieldDescriptorProto.Type type = FieldDescriptorProto.Type.TYPE_MESSAGE;
        Timestamp past = Timestamp.newBuilder().setSeconds(5).build();
        Timestamp future = Timestamp.newBuilder().setSeconds(32_503_680_000L).build();
        assertThat(violation(type, "timestamp { lt_now: true }", past)).isEmpty();
        assertThat(violation(type, "timestamp { lt_now: true }", future))
                .isEqualTo("f: value must be less than now");
        assertThat(violation(type, "timestamp { gt_now: true }", past))
                .isEqualTo("f: value must be greater than now");
        assertThat(violation(type, "timestamp { within { seconds: 60 } }", past))
                .isEqualTo("f: value must be within 60s of now");
        assertThat(violation(type, "timestamp { gt { seconds: 5 } }", past))
                .isEqualTo("f: value must be greater than 5s");
    }

    @Test
    void enumsMustBeDefined() {
        Cluster cluster = Cluster.newBuilder().setName("a").setLbPolicyValue(99).build();
        assertThat(violations(cluster))
                .containsExactly("lb_policy: value must be one of the defined enum values");
    }

    @Test
    void aRequiredOneofMustBeSet() {
        assertThat(violations(Address.getDefaultInstance()))
                .containsExactly(
                        ": one of `socket_address`, `pipe`, `envoy_internal_address` is required");
    }

    @Test
    void aRequiredMessageMustBeSet() {
        assertThat(violations(HeaderValueOption.getDefaultInstance()))
                .containsExactly("header: value is required");
    }

    @Test
    void aRequiredMemberOfAOneofNeedsToBeSetOnlyWhenItIsTheOneThatIs() {
        RouteMatch match = RouteMatch.newBuilder().setPrefix("/").build();
        assertThat(violations(match)).isEmpty();
    }

    @Test
    void rulesOfScalarsApplyToWrappers() {
        assertThat(
                        Loading.yaml(
                                        io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions
                                                .getDefaultInstance(),
                                        "initial_stream_window_size: 5")
                                .text())
                .contains(
                        "value must be greater than or equal to 65535 and less than or equal to"
                                + " 2147483647");
    }

    @Test
    void messagesInListsAndInAnyAreChecked() {
        VirtualHost host =
                VirtualHost.newBuilder()
                        .setName("a")
                        .addDomains("*")
                        .addRequestHeadersToAdd(
                                HeaderValueOption.newBuilder()
                                        .setHeader(HeaderValue.newBuilder().setKey("")))
                        .build();
        assertThat(violations(host))
                .containsExactly(
                        "request_headers_to_add[0].header.key: value length must be at least 1"
                                + " characters");
        TypedExtensionConfig extension =
                TypedExtensionConfig.newBuilder()
                        .setName("a")
                        .setTypedConfig(
                                Any.pack(SocketAddress.newBuilder().setPortValue(80).build()))
                        .build();
        assertThat(violations(extension))
                .containsExactly(
                        "typed_config<SocketAddress>.address: value length must be at least 1"
                                + " characters");
    }

    @Test
    void generatedAndDynamicMessagesAreCheckedAlike() throws Exception {
        Cluster cluster =
                Cluster.newBuilder().setConnectTimeout(Duration.getDefaultInstance()).build();
        assertThat(
                        violations(
                                DynamicMessage.parseFrom(
                                        Cluster.getDescriptor(), cluster.toByteString())))
                .isEqualTo(violations(cluster))
                .containsExactly(
                        "name: value length must be at least 1 characters",
                        "connect_timeout: value must be greater than 0s");
    }
}
