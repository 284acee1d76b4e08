package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.overload.v3.ThresholdTrigger;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.envoyproxy.envoy.type.v3.Percent;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What Envoy's loader accepts beyond the letter of proto3 JSON, and what it refuses.
class LeniencyTest {
    private static <M extends Message> M accepted(M prototype, String yaml) {
        LoadResult<M> result = Loading.yaml(prototype, yaml);
        assertThat(result.text()).isEmpty();
        return result.message();
    }

    private static String refused(Message prototype, String yaml) {
        LoadResult<?> result = Loading.yaml(prototype, yaml);
        assertThat(result.errors()).as(yaml).hasSize(1);
        return result.errors().get(0).message();
    }

    @Nested
    class Durations {
        @ParameterizedTest
        @CsvSource({"5s,5,0", "0.25s,0,250000000", "1.000000001s,1,1", "0s,0,0"})
        void secondsWithUpToNineFractionDigits(String text, long seconds, int nanos) {
            assertThat(
                            accepted(
                                            Cluster.getDefaultInstance(),
                                            cluster("cleanup_interval: " + (seconds + 1) + "s"))
                                    .hasCleanupInterval())
                    .isTrue();
            assertThat(DurationText.parse(text))
                    .isEqualTo(Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build());
        }

        @ParameterizedTest
        @CsvSource({
            "250ms,0.25s",
            "1h,3600s",
            "5,5s",
            ".5s,0.5s",
            "+5s,5s",
            "1m30s,90s",
            "2d,172800s",
            "1.5,1.5s",
            "100us,0.0001s",
            "5 s,-",
            "soon,-",
            "1.0000000001s,-",
            "1e3s,-",
            "s,-",
            "-,-"
        })
        void otherNotationsAreRefusedWithTheRightOne(String text, String write) {
            assertThat(
                            refused(
                                    Cluster.getDefaultInstance(),
                                    cluster("connect_timeout: \"" + text + "\"")))
                    .isEqualTo(
                            "expected a duration in seconds such as 5s or 0.25s, found `"
                                    + text
                                    + "`"
                                    + (write.equals("-") ? "" : "; write " + write));
        }

        @Test
        void asObject() {
            Cluster cluster =
                    accepted(
                            Cluster.getDefaultInstance(),
                            cluster("connect_timeout: {seconds: 5, nanos: 1}"));
            assertThat(cluster.getConnectTimeout())
                    .isEqualTo(Duration.newBuilder().setSeconds(5).setNanos(1).build());
        }
    }

    @Nested
    class Wrappers {
        @Test
        void plainAndAsObject() {
            assertThat(perConnection("5")).isEqualTo(UInt32Value.of(5));
            assertThat(perConnection("{value: 5}")).isEqualTo(UInt32Value.of(5));
            assertThat(perConnection("{}")).isEqualTo(UInt32Value.getDefaultInstance());
        }

        private UInt32Value perConnection(String value) {
            return accepted(
                            Cluster.getDefaultInstance(),
                            cluster("per_connection_buffer_limit_bytes: " + value))
                    .getPerConnectionBufferLimitBytes();
        }
    }

    @Nested
    class TruthValues {
        @ParameterizedTest
        @ValueSource(
                strings = {"yes", "Yes", "on", "ON", "y", "Y", "true", "True", "TRUE", "\"true\""})
        void whatIsTrue(String text) {
            assertThat(
                            accepted(
                                            Cluster.getDefaultInstance(),
                                            cluster(
                                                    "close_connections_on_host_health_failure: "
                                                            + text))
                                    .getCloseConnectionsOnHostHealthFailure())
                    .isTrue();
            assertThat(
                            accepted(
                                            Listener.getDefaultInstance(),
                                            listener("enable_reuse_port: " + text))
                                    .getEnableReusePort()
                                    .getValue())
                    .isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"no", "off", "n", "N", "false", "FALSE", "\"false\""})
        void whatIsFalse(String text) {
            Listener listener =
                    accepted(Listener.getDefaultInstance(), listener("enable_reuse_port: " + text));
            assertThat(listener.hasEnableReusePort()).isTrue();
            assertThat(listener.getEnableReusePort().getValue()).isFalse();
        }

        @ParameterizedTest
        @CsvSource({
            "1,; write true",
            "0,; write false",
            "yEs,''",
            "'''yes''',''",
            "ture,; did you mean `true`?"
        })
        void whatIsNeither(String text, String hint) {
            assertThat(
                            refused(
                                    Cluster.getDefaultInstance(),
                                    cluster("close_connections_on_host_health_failure: " + text)))
                    .isEqualTo(
                            "expected true or false, found `" + text.replace("'", "") + "`" + hint);
        }
    }

    @Nested
    class Enums {
        @ParameterizedTest
        @ValueSource(strings = {"STRICT_DNS", "strict_dns", "Strict_Dns", "1", "\"STRICT_DNS\""})
        void byNameInAnyCaseOrByNumber(String text) {
            assertThat(accepted(Cluster.getDefaultInstance(), cluster("type: " + text)).getType())
                    .isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
        }

        @Test
        void anUnknownNumberIsKeptAndLeftToTheRules() {
            assertThat(refused(Cluster.getDefaultInstance(), cluster("type: 77")))
                    .isEqualTo("value must be one of the defined enum values");
            assertThat(
                            accepted(
                                            io.envoyproxy.envoy.config.core.v3.GrpcMethodList
                                                    .getDefaultInstance(),
                                            "{}")
                                    .getServicesCount())
                    .isZero();
        }

        @Test
        void anUnknownNameIsRefusedWithTheNearest() {
            assertThat(refused(Cluster.getDefaultInstance(), cluster("type: strict-dsn")))
                    .isEqualTo(
                            "expected one of STATIC, STRICT_DNS, LOGICAL_DNS, EDS, ORIGINAL_DST,"
                                    + " found `strict-dsn`; did you mean `STRICT_DNS`?");
        }
    }

    @Nested
    class Lists {
        @Test
        void aSingleElementStandsForAListOfOne() {
            assertThat(domains("\"*\"")).containsExactly("*");
            assertThat(
                            accepted(
                                            RouteConfiguration.getDefaultInstance(),
                                            "virtual_hosts: {name: a, domains: [b]}")
                                    .getVirtualHostsCount())
                    .isEqualTo(1);
        }

        @Test
        void listsInListsAreFlattened() {
            assertThat(domains("[[a, b], [[c]], d]")).containsExactly("a", "b", "c", "d");
        }

        @Test
        void nothingIsAnUnsetField() {
            assertThat(
                            accepted(
                                    RouteConfiguration.getDefaultInstance(),
                                    "name: ~\nvirtual_hosts:\nvhds: null\n"))
                    .isEqualTo(RouteConfiguration.getDefaultInstance());
            assertThat(accepted(Metadata.getDefaultInstance(), "filter_metadata: ~"))
                    .isEqualTo(Metadata.getDefaultInstance());
        }

        @Test
        void anEmptyElementIsRefused() {
            LoadResult<VirtualHost> result =
                    Loading.yaml(VirtualHost.getDefaultInstance(), "name: a\ndomains: [a, ~, c]");
            assertThat(result.errors()).hasSize(1);
            assertThat(result.errors().get(0).path()).isEqualTo("domains[1]");
            assertThat(result.errors().get(0).message())
                    .isEqualTo("the list has an empty element; remove it or give it a value");
        }

        private List<String> domains(String yaml) {
            return accepted(VirtualHost.getDefaultInstance(), "name: a\ndomains: " + yaml)
                    .getDomainsList();
        }
    }

    @Nested
    class Numbers {
        @ParameterizedTest
        @ValueSource(
                strings = {"80", "\"80\"", "80.0", "8e1", "\"8e1\"", "0x50", "0X50", "0120", "+80"})
        void wholeNumbersInManyNotations(String text) {
            assertThat(
                            accepted(
                                            SocketAddress.getDefaultInstance(),
                                            "address: a\nport_value: " + text)
                                    .getPortValue())
                    .isEqualTo(80);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "80.5",
                    "-1",
                    "4294967296",
                    "1e10",
                    "eighty",
                    "true",
                    "\"0x50\"",
                    "1_000",
                    "0b1",
                    "[]",
                    "{}",
                    "0o17"
                })
        void whatIsNoPort(String text) {
            LoadResult<?> result =
                    Loading.yaml(
                            SocketAddress.getDefaultInstance(), "address: a\nport_value: " + text);
            assertThat(result.errors()).hasSize(1);
            assertThat(result.text()).contains("expected a whole number");
        }

        @Test
        void theLimitsOf64Bits() {
            assertThat(
                            accepted(
                                    Int64Range.getDefaultInstance(),
                                    "start: -9223372036854775808\nend: \"9223372036854775807\""))
                    .isEqualTo(
                            Int64Range.newBuilder()
                                    .setStart(Long.MIN_VALUE)
                                    .setEnd(Long.MAX_VALUE)
                                    .build());
            assertThat(refused(Int64Range.getDefaultInstance(), "start: 9223372036854775808"))
                    .isEqualTo("expected a whole number, found `9223372036854775808`");
        }

        @ParameterizedTest
        @CsvSource({".5,0.5", "1e2,100", "5,5", "\"50.5\",50.5", "0x10,16"})
        void decimals(String text, double value) {
            assertThat(accepted(Percent.getDefaultInstance(), "value: " + text).getValue())
                    .isEqualTo(value);
        }

        @ParameterizedTest
        @ValueSource(strings = {".nan", ".NaN", "NaN", "\"NaN\""})
        void notANumber(String text) {
            assertThat(Loading.yaml(ThresholdTrigger.getDefaultInstance(), "value: " + text).text())
                    .contains(
                            "value must be greater than or equal to 0 and less than or equal to 1");
            assertThat(number(text)).isNaN();
        }

        @Test
        void infinities() {
            assertThat(number(".inf")).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(number("Infinity")).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(number("-.INF")).isEqualTo(Double.NEGATIVE_INFINITY);
        }

        private double number(String text) {
            return accepted(
                            io.envoyproxy.envoy.type.v3.DoubleRange.getDefaultInstance(),
                            "start: " + text)
                    .getStart();
        }
    }

    @Nested
    class Text {
        @ParameterizedTest
        @CsvSource({
            "123,the number",
            "1.10,the number",
            "y,the truth value",
            "on,the truth value",
            "0x50,the number"
        })
        void numbersAndTruthValuesMustBeQuoted(String text, String what) {
            assertThat(refused(StringMatcher.getDefaultInstance(), "exact: " + text))
                    .isEqualTo(
                            "expected text, found "
                                    + what
                                    + " `"
                                    + text
                                    + "`; put it in quotes: \""
                                    + text
                                    + "\"");
            assertThat(
                            accepted(StringMatcher.getDefaultInstance(), "exact: '" + text + "'")
                                    .getExact())
                    .isEqualTo(text);
        }

        @Test
        void blockScalarsAreText() {
            assertThat(
                            accepted(StringMatcher.getDefaultInstance(), "exact: |-\n  123\n")
                                    .getExact())
                    .isEqualTo("123");
        }

        @Test
        void integersBeyond32BitsAreHandedOnAsText() {
            assertThat(accepted(StringMatcher.getDefaultInstance(), "exact: 4294967296").getExact())
                    .isEqualTo("4294967296");
        }

        @ParameterizedTest
        @ValueSource(strings = {"aGk/Pg==", "aGk_Pg==", "aGk/Pg", "aGk_Pg"})
        void base64InEveryAlphabetWithAndWithoutPadding(String text) {
            assertThat(
                            accepted(DataSource.getDefaultInstance(), "inline_bytes: " + text)
                                    .getInlineBytes()
                                    .toString(StandardCharsets.UTF_8))
                    .isEqualTo("hi?>");
        }

        @Test
        void whatIsNotBase64IsRefused() {
            assertThat(refused(DataSource.getDefaultInstance(), "inline_bytes: '!!'"))
                    .isEqualTo("expected base64 text, found `!!`");
        }
    }

    @Nested
    class Structs {
        @ParameterizedTest
        @CsvSource({"0x10,16", "010,8", "5,5", "2.5,2.5", "1e2,100", "-7,-7"})
        void numbers(String text, double value) {
            assertThat(value(text).getNumberValue()).isEqualTo(value);
        }

        @Test
        void integersBeyond32BitsAreTextInYamlAndNumbersInJson() {
            assertThat(value("4294967295").getStringValue()).isEqualTo("4294967295");
            Metadata json =
                    Loading.json(
                                    Metadata.getDefaultInstance(),
                                    "{\"filter_metadata\": {\"a\": {\"b\": 4294967295}}}")
                            .message();
            assertThat(json.getFilterMetadataOrThrow("a").getFieldsOrThrow("b").getNumberValue())
                    .isEqualTo(4294967295.0);
        }

        @Test
        void everythingElse() {
            assertThat(value("yes").getBoolValue()).isTrue();
            assertThat(value("~").hasNullValue()).isTrue();
            assertThat(value("'5'").getStringValue()).isEqualTo("5");
            assertThat(value(".inf").getStringValue()).isEqualTo("Infinity");
            assertThat(value("word").getStringValue()).isEqualTo("word");
            assertThat(
                            value("[1, {c: d}]")
                                    .getListValue()
                                    .getValues(1)
                                    .getStructValue()
                                    .getFieldsOrThrow("c")
                                    .getStringValue())
                    .isEqualTo("d");
        }

        private Value value(String text) {
            return accepted(
                            Metadata.getDefaultInstance(),
                            "filter_metadata: {a: {b: " + text + "}}")
                    .getFilterMetadataOrThrow("a")
                    .getFieldsOrThrow("b");
        }
    }

    @Nested
    class Keys {
        @Test
        void snakeCaseAndCamelCase() {
            assertThat(
                            accepted(
                                            SocketAddress.getDefaultInstance(),
                                            "address: a\nportValue: 80")
                                    .getPortValue())
                    .isEqualTo(80);
        }

        @Test
        void bothSpellingsOfAFieldWarnAndTheLastWins() {
            LoadResult<SocketAddress> result =
                    Loading.yaml(
                            SocketAddress.getDefaultInstance(),
                            "address: a\nport_value: 80\nportValue: 81");
            assertThat(result.message().getPortValue()).isEqualTo(81);
            assertThat(Loading.messages(result))
                    .isEqualTo(
                            "warning: `portValue` is given twice, first at line 2; this one is"
                                    + " used");
        }

        @Test
        void aDuplicateKeyWarnsAndTheLastWins() {
            LoadResult<VirtualHost> result =
                    Loading.yaml(
                            VirtualHost.getDefaultInstance(),
                            "name: a\ndomains: [a, b]\ndomains: [c]");
            assertThat(result.message().getDomainsList()).containsExactly("c");
            assertThat(result.warnings()).hasSize(1);
        }

        @Test
        void aMapsKeyGivenTwiceInJsonWarns() {
            LoadResult<Metadata> result =
                    Loading.json(
                            Metadata.getDefaultInstance(),
                            "{\"filter_metadata\": {\"a\": {\"x\": 1, \"x\": 2}, \"a\": {\"y\":"
                                    + " 1}}}");
            assertThat(result.message().getFilterMetadataOrThrow("a").getFieldsMap())
                    .containsOnlyKeys("y");
            assertThat(Loading.messages(result))
                    .isEqualTo(
                            "warning: `x` is given twice, first at line 1; this one is used\n"
                                + "warning: `a` is given twice, first at line 1; this one is used");
        }

        @Test
        void keysTaggedIgnoreAreSkipped() {
            Node node =
                    accepted(
                            Node.getDefaultInstance(),
                            """
                            !ignore anchors:
                              place: &place {region: r}
                              anything: [at, all]
                            id: a
                            locality: *place
                            metadata: {!ignore x: 1, y: 2}
                            """);
            assertThat(node.getLocality().getRegion()).isEqualTo("r");
            assertThat(node.getMetadata().getFieldsMap()).containsOnlyKeys("y");
        }

        @Test
        void moreAliasesThanYamlParsersLikeAreFine() {
            StringBuilder yaml =
                    new StringBuilder("!ignore a: &l {region: r}\nname: a\nvirtual_hosts:\n");
            yaml.append("- &h {name: h, domains: [x]}\n");
            yaml.append("- *h\n".repeat(500));
            assertThat(
                            accepted(
                                            RouteConfiguration.getDefaultInstance(),
                                            yaml.toString()
                                                    .replace("!ignore a: &l {region: r}\n", ""))
                                    .getVirtualHostsCount())
                    .isEqualTo(501);
        }

        @Test
        void theMergeKeyIsAnUnknownFieldWithAHint() {
            assertThat(refused(Node.getDefaultInstance(), "id: a\n<<: {cluster: b}"))
                    .contains("unknown field `<<`")
                    .contains("merge keys are not supported");
        }

        @Test
        void aOneofSetTwiceNamesBothLines() {
            assertThat(refused(DataSource.getDefaultInstance(), "filename: a\n\ninline_string: b"))
                    .isEqualTo(
                            "only one of `filename` (line 1) and `inline_string` (line 3) may be"
                                    + " set: they are alternatives of `specifier`");
        }
    }

    @Nested
    class AnyMessages {
        private Any any(String yaml) {
            return accepted(LayeredHolder.PROTOTYPE, "name: a\ntyped_config: " + yaml)
                    .getTypedConfig();
        }

        @Test
        void anyInAny() throws Exception {
            Any outer =
                    any(
                            "{'@type': type.googleapis.com/google.protobuf.Any, value: {'@type':"
                                    + " type.googleapis.com/envoy.config.core.v3.Node, id: a}}");
            assertThat(outer.unpack(Any.class).unpack(Node.class).getId()).isEqualTo("a");
        }

        @Test
        void anEmptyAnyIsEmpty() {
            assertThat(any("{}")).isEqualTo(Any.getDefaultInstance());
        }

        @Test
        void fieldsWithoutTypeAreRefused() {
            assertThat(refused(LayeredHolder.PROTOTYPE, "name: a\ntyped_config: {id: a}"))
                    .isEqualTo(
                            "the fields need an `\"@type\": type.googleapis.com/...` beside them"
                                    + " that says whose they are");
        }

        @Test
        void anUnknownTypeIsRefused() {
            assertThat(
                            refused(
                                    LayeredHolder.PROTOTYPE,
                                    "name: a\ntyped_config: {'@type': type.googleapis.com/a.b.C}"))
                    .isEqualTo("unknown type `a.b.C`");
        }

        @Test
        void aTypeWithoutPrefixIsRefused() {
            assertThat(
                            refused(
                                    LayeredHolder.PROTOTYPE,
                                    "name: a\n"
                                        + "typed_config: {'@type': envoy.config.core.v3.Node, id:"
                                        + " a}"))
                    .isEqualTo(
                            "a type needs the prefix `type.googleapis.com/`; write"
                                    + " `type.googleapis.com/envoy.config.core.v3.Node`");
        }

        @Test
        void wellKnownTypesAreGivenAsValue() throws Exception {
            assertThat(
                            any("{'@type': type.googleapis.com/google.protobuf.Duration, value:"
                                            + " 5s}")
                                    .unpack(Duration.class)
                                    .getSeconds())
                    .isEqualTo(5);
            assertThat(
                            any("{'@type': type.googleapis.com/google.protobuf.UInt32Value, value:"
                                            + " 7}")
                                    .unpack(UInt32Value.class)
                                    .getValue())
                    .isEqualTo(7);
            assertThat(
                            any("{'@type': type.googleapis.com/google.protobuf.Struct, value: {a:"
                                            + " b}}")
                                    .unpack(Struct.class)
                                    .getFieldsMap())
                    .containsOnlyKeys("a");
            assertThat(
                            refused(
                                    LayeredHolder.PROTOTYPE,
                                    "name: a\n"
                                        + "typed_config: {'@type':"
                                        + " type.googleapis.com/google.protobuf.Duration, seconds:"
                                        + " 5}"))
                    .isEqualTo(
                            "unknown field `seconds`: a google.protobuf.Duration is given as"
                                    + " `value`");
        }

        @ParameterizedTest
        @ValueSource(strings = {"xds.type.v3.TypedStruct", "udpa.type.v1.TypedStruct"})
        void aTypedStructIsCheckedAgainstItsInnerType(String type) {
            String yaml =
                    "name: a\ntyped_config:\n  '@type': type.googleapis.com/"
                            + type
                            + "\n"
                            + "  type_url:"
                            + " type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua\n"
                            + "  value:\n"
                            + "    ";
            assertThat(
                            accepted(
                                            LayeredHolder.PROTOTYPE,
                                            yaml + "default_source_code: {inline_string: x}")
                                    .getTypedConfig()
                                    .getTypeUrl())
                    .endsWith(type);
            LoadResult<?> broken = Loading.yaml(LayeredHolder.PROTOTYPE, yaml + "inline_cod: x");
            assertThat(broken.errors().get(0).text())
                    .isEqualTo(
                            "test.yaml:6:5: error: unknown field `inline_cod` in "
                                    + Lua.getDescriptor().getFullName()
                                    + "; did you mean `inline_code`?\n"
                                    + "    at typed_config<TypedStruct>.value<Lua>.inline_cod");
        }
    }

    /// A message with an Any.
    private static final class LayeredHolder {
        static final TypedExtensionConfig PROTOTYPE = TypedExtensionConfig.getDefaultInstance();
    }

    @Nested
    class Texts {
        @Test
        void aSecondDocumentIsRefused() {
            assertThat(refused(Node.getDefaultInstance(), "---\nid: a\n---\nid: b\n"))
                    .startsWith("a second document starts here");
            assertThat(accepted(Node.getDefaultInstance(), "---\nid: a\n...\n").getId())
                    .isEqualTo("a");
        }

        @Test
        void moreThanThreeMegabytesAreFine() {
            String yaml = "id: a\n" + ("# " + "x".repeat(4096) + "\n").repeat(800);
            assertThat(yaml.length()).isGreaterThan(3 << 20);
            assertThat(accepted(Node.getDefaultInstance(), yaml).getId()).isEqualTo("a");
        }

        @Test
        void jsonWithTabsAndEscapes() {
            Node node =
                    Loading.json(
                                    Node.getDefaultInstance(),
                                    "{\n"
                                            + "\t\"id\":\t\"a\\/b\",\n"
                                            + "\t\"cluster\": \"\\ud83d\\ude00\"\n"
                                            + "}\n")
                            .message();
            assertThat(node.getId()).isEqualTo("a/b");
            assertThat(node.getCluster()).isEqualTo("\ud83d\ude00");
        }

        @Test
        void aByteOrderMarkIsSkipped() {
            assertThat(accepted(Node.getDefaultInstance(), "\uFEFFid: a").getId()).isEqualTo("a");
        }

        @Test
        void nestingHasALimit() {
            String deep = "metadata: " + "{a: ".repeat(200) + "1" + "}".repeat(200);
            assertThat(refused(Node.getDefaultInstance(), deep))
                    .isEqualTo("the text is nested deeper than 100 levels");
            assertThat(
                            accepted(
                                            Node.getDefaultInstance(),
                                            "metadata: " + "{a: ".repeat(80) + "1" + "}".repeat(80))
                                    .hasMetadata())
                    .isTrue();
        }

        @Test
        void aliasesThatContainThemselvesEnd() {
            assertThat(refused(Node.getDefaultInstance(), "metadata: &m {a: *m}"))
                    .isEqualTo("the configuration is nested deeper than 100 levels");
        }

        @Test
        void aliasesThatExpandWithoutEndAreStopped() {
            StringBuilder yaml =
                    new StringBuilder("metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
            for (int level = 1; level < 12; level++) {
                String alias = "*a" + (level - 1);
                yaml.append("  a").append(level).append(": &a").append(level).append(" [");
                yaml.append(String.join(", ", java.util.Collections.nCopies(10, alias)))
                        .append("]\n");
            }
            assertThat(refused(Node.getDefaultInstance(), yaml.toString()))
                    .isEqualTo("the aliases of the text expand to too many values");
        }
    }

    @Test
    void hiddenNamesOfRemovedFieldsAreUnknown() {
        assertThat(
                        refused(
                                Cluster.getDefaultInstance(),
                                cluster("hidden_envoy_deprecated_hosts: []")))
                .startsWith("unknown field");
        assertThat(refused(Bootstrap.getDefaultInstance(), "runtime: {symlink_root: /}"))
                .endsWith("use `layered_runtime`");
        assertThat(accepted(LayeredRuntime.getDefaultInstance(), "layers: []").getLayersCount())
                .isZero();
    }

    private static String cluster(String field) {
        return "name: a\n" + field + "\n";
    }

    private static String listener(String field) {
        return "name: a\n" + field + "\n";
    }
}
