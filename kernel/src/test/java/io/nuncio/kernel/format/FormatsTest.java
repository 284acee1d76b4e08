package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.JsonFormatOptions;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.spi.FormatCommand;
import io.nuncio.spi.FormatCommands;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.StreamInfo.Moment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class FormatsTest {
    private final Formats formats = new Formats(OperatorsTest.ENVIRONMENT);
    private final StreamFake stream = new StreamFake();
    private final Problems problems = new Problems();

    @Test
    void theDefaultFormatIsEnvoys() {
        stream.startTimeMicros = 1_522_280_158_000_000L;
        stream.protocol = Protocol.HTTP11;
        stream.responseCode = 200;
        stream.bytesReceived = 3;
        stream.bytesSent = 1234;
        stream.moments.put(Moment.END, 7_000_000L);
        stream.request.method("GET");
        stream.request.path("/rewritten");
        stream.request.set(HeaderName.X_ENVOY_ORIGINAL_PATH, "/hello?x");
        stream.request.authority("example.com");
        stream.request.set(HeaderName.USER_AGENT, "curl/8");
        stream.request.set(HeaderName.X_REQUEST_ID, "id-1");
        stream.response.set(HeaderName.X_ENVOY_UPSTREAM_SERVICE_TIME, "5");
        stream.upstreamFake().address = StreamFake.address("10.0.0.1:80");

        assertThat(formats.text(io.nuncio.spi.Format.DEFAULT, problems).format(stream))
                .isEqualTo(
                        "[2018-03-28T23:35:58.000Z] \"GET /hello?x HTTP/1.1\" 200 - 3 1234 7 5"
                                + " \"-\" \"curl/8\" \"id-1\" \"example.com\" \"10.0.0.1:80\"\n");
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void jsonKeepsTypesAndSortsKeys() throws InvalidProtocolBufferException {
        stream.protocol = Protocol.HTTP11;
        stream.moments.put(Moment.DOWNSTREAM_REQUEST_END, 5_000_000L);
        stream.request.add(HeaderName.of("key_1"), "value_1");
        stream.request.add(HeaderName.of("key_2"), "value_with_quotes_\"_");

        assertThat(
                        json(
                                """
                                {"raw_bool_value": true, "raw_number_value": 6,
                                 "nested_list": [14, "3.14", false, "ok", "%REQ(key_1)%", "%REQ(error)%"],
                                 "request_duration": "%REQUEST_DURATION%",
                                 "nested_level": {"protocol": "%PROTOCOL%", "plain_string": "plain_string_value"},
                                 "request_key": "%REQ(key_1)%_@!!!_\\"_%REQ(key_2)%",
                                 "key": {}, "nothing": null, "float": 1.5}
                                """,
                                false))
                .isEqualTo(
                        """
                        {"float":1.5,"key":{},"nested_level":{"plain_string":"plain_string_value","protocol":"HTTP/1.1"},\
                        "nested_list":[14,"3.14",false,"ok","value_1",null],"nothing":null,\
                        "raw_bool_value":true,"raw_number_value":6,"request_duration":5,\
                        "request_key":"value_1_@!!!_\\"_value_with_quotes_\\"_"}
                        """);
    }

    @Test
    void omittedValuesAreEmptyInTextAndInsideJsonStringsButNullAloneInJson()
            throws InvalidProtocolBufferException {
        assertThat(
                        formats.text("%PROTOCOL%|%REQ(a)%%RESP(b)%|", true, List.of(), problems)
                                .format(stream))
                .isEqualTo("||");
        assertThat(json("{\"a\": \"%REQ(a)%\", \"b\": \"<%REQ(a)%>\"}", true))
                .isEqualTo("{\"a\":null,\"b\":\"<>\"}\n");
        assertThat(json("{\"a\": \"%REQ(a)%\", \"b\": \"<%REQ(a)%>\"}", false))
                .isEqualTo("{\"a\":null,\"b\":\"<->\"}\n");
    }

    @Test
    void jsonEscapesControlCharactersAndKeepsUtf8() throws InvalidProtocolBufferException {
        stream.responseCodeDetails = "tab\there \u0001 é € \\";
        assertThat(bytes(json("{\"a\": \"%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%\"}", false)))
                .isEqualTo("{\"a\":\"tab\\there \\u0001 é € \\\\\"}\n");
    }

    @Test
    void jsonWritesBytesThatAreNotUtf8InOctal() throws InvalidProtocolBufferException {
        stream.request.add(HeaderName.of("a"), "caf\u00e9 \"x\"");
        assertThat(json("{\"a\": \"%REQ(a)%\"}", false))
                .isEqualTo("{\"a\":\"caf\\351 \\042x\\042\"}\n");
    }

    @Test
    void textOfTheFormatIsUtf8AndHeadersPassAsTheyAre() {
        stream.request.add(HeaderName.of("a"), "caf\u00e9");
        String entry = formats.text("→ %REQ(a)%", problems).format(stream);
        assertThat(entry.getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        new byte[] {
                            (byte) 0xe2, (byte) 0x86, (byte) 0x92, ' ', 'c', 'a', 'f', -23
                        });
    }

    @Test
    void writesTheSameBytesToAFile() {
        List<String> written = new ArrayList<>();
        stream.protocol = Protocol.HTTP2;
        formats.text("%PROTOCOL%\n", problems)
                .write(
                        stream,
                        (bytes, offset, length) ->
                                written.add(
                                        new String(
                                                bytes,
                                                offset,
                                                length,
                                                StandardCharsets.ISO_8859_1)));
        assertThat(written).containsExactly("HTTP/2\n");
    }

    @Test
    void entriesOfOneSecondHaveTheirOwnMilliseconds() {
        var format = formats.text("%START_TIME% %START_TIME(%6f %3f)%|", problems);
        StringBuilder all = new StringBuilder();
        for (long micros :
                new long[] {
                    1_522_280_158_001_002L, 1_522_280_158_999_000L, 1_522_280_159_020_030L
                }) {
            stream.startTimeMicros = micros;
            all.append(format.format(stream));
        }
        assertThat(all)
                .hasToString(
                        "2018-03-28T23:35:58.001Z 001002 001|2018-03-28T23:35:58.999Z 999000 999|"
                                + "2018-03-28T23:35:59.020Z 020030 020|");
    }

    @Test
    void anEntryLongerThanTheFirstGuessIsWhole() {
        stream.request.add(HeaderName.of("long"), "x".repeat(5000));
        assertThat(formats.text("%REQ(long)%\n", problems).format(stream)).hasSize(5001);
    }

    @Test
    void operatorsOfExtensionsComeFirstAndMayReplaceBuiltInOnes() {
        FormatCommands own =
                (name, argument, maxLength) ->
                        name.equals("PROTOCOL") ? new Answer(argument + maxLength) : null;
        var format = formats.text("%PROTOCOL(x):3% %RESPONSE_CODE%", false, List.of(own), problems);
        assertThat(format.format(stream)).isEqualTo("x3 0");
    }

    @Test
    void anExtensionsObjectionIsReportedWithItsOperator() {
        FormatCommands picky =
                (name, argument, maxLength) -> {
                    throw new IllegalArgumentException("needs an argument");
                };
        formats.text("%MINE%", false, List.of(picky), problems.in("log_format"));
        assertThat(problems.all())
                .extracting(Object::toString)
                .containsExactly("log_format: MINE: needs an argument");
    }

    @Test
    void everyBadFormatInAStructIsReportedWithItsPath() throws InvalidProtocolBufferException {
        Struct.Builder struct = Struct.newBuilder();
        JsonFormat.parser().merge("{\"a\": {\"b\": [\"ok\", \"%OOPS%\"]}, \"c\": \"%\"}", struct);
        formats.json(struct.build(), false, List.of(), problems.in("json_format"));
        assertThat(problems.all())
                .extracting(Problems.Problem::path)
                .containsExactly("json_format.a.b[1]", "json_format.c");
    }

    @Test
    void aFormatIsReadFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("format"), "from file %RESPONSE_CODE%\n");
        assertThat(source(DataSource.newBuilder().setFilename(file.toString())).format(stream))
                .isEqualTo("from file 0\n");
    }

    @Test
    void aFileThatIsNotThereIsReportedByName(@TempDir Path folder) {
        source(DataSource.newBuilder().setFilename(folder.resolve("absent").toString()));
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("text_format_source.filename");
                    assertThat(problem.message()).contains("absent").contains("no such file");
                });
    }

    @Test
    void aFormatIsReadFromTheEnvironment() {
        assertThat(source(DataSource.newBuilder().setEnvironmentVariable("PLACE")).format(stream))
                .isEqualTo("here");
    }

    @Test
    void aFormatIsReadFromBytes() {
        assertThat(
                        source(
                                        DataSource.newBuilder()
                                                .setInlineBytes(
                                                        ByteString.copyFromUtf8("%PROTOCOL%")))
                                .format(stream))
                .isEqualTo("-");
    }

    @Test
    void theMessageMayHoldTheTextItself() {
        assertThat(compiled(SubstitutionFormatString.newBuilder().setTextFormat("<%PROTOCOL%>")))
                .isEqualTo("<->");
    }

    @Test
    void theMessageMayHoldJson() {
        Struct.Builder json =
                Struct.newBuilder()
                        .putFields("b", Value.newBuilder().setStringValue("%PROTOCOL%").build())
                        .putFields("a", Value.newBuilder().setNumberValue(1).build());
        assertThat(compiled(SubstitutionFormatString.newBuilder().setJsonFormat(json)))
                .isEqualTo("{\"a\":1,\"b\":null}\n");
    }

    @Test
    void theMessageMayLeaveOutEmptyValues() {
        assertThat(
                        compiled(
                                SubstitutionFormatString.newBuilder()
                                        .setTextFormat("<%PROTOCOL%>")
                                        .setOmitEmptyValues(true)))
                .isEqualTo("<>");
    }

    @Test
    void keysAreSortedWhateverTheOptionsSay() {
        Struct.Builder json =
                Struct.newBuilder()
                        .putFields("b", Value.newBuilder().setNumberValue(2).build())
                        .putFields("a", Value.newBuilder().setNumberValue(1).build());
        for (boolean sort : new boolean[] {true, false}) {
            assertThat(
                            compiled(
                                    SubstitutionFormatString.newBuilder()
                                            .setJsonFormat(json)
                                            .setJsonFormatOptions(
                                                    JsonFormatOptions.newBuilder()
                                                            .setSortProperties(sort))))
                    .isEqualTo("{\"a\":1,\"b\":2}\n");
        }
    }

    @Test
    void aContentTypeIsNotForLogs() {
        assertThat(
                        compiled(
                                SubstitutionFormatString.newBuilder()
                                        .setTextFormat("a")
                                        .setContentType("text/html")))
                .isEqualTo("a");
    }

    @Test
    void theMessageMayNameExtensions() {
        FormatCommands own =
                (name, argument, maxLength) -> name.equals("MINE") ? new Answer("mine") : null;
        var message =
                SubstitutionFormatString.newBuilder()
                        .setTextFormat("%MINE%")
                        .addFormatters(TypedExtensionConfig.newBuilder().setName("own"))
                        .build();
        FakeFactoryContext context = new FakeFactoryContext();
        context.extensions.put("own", own);

        assertThat(formats.compile(message, context, "log_format").format(stream))
                .isEqualTo("mine");
    }

    private String compiled(SubstitutionFormatString.Builder message) {
        return formats.compile(message.build(), List.of(), problems).format(stream);
    }

    private io.nuncio.spi.Format source(DataSource.Builder source) {
        return formats.compile(
                SubstitutionFormatString.newBuilder().setTextFormatSource(source).build(),
                List.of(),
                problems);
    }

    private String json(String format, boolean omitEmptyValues)
            throws InvalidProtocolBufferException {
        Struct.Builder struct = Struct.newBuilder();
        JsonFormat.parser().merge(format, struct);
        return formats.json(struct.build(), omitEmptyValues, List.of(), problems).format(stream);
    }

    private static String bytes(String latin1) {
        return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private record Answer(String value) implements FormatCommand {
        @Override
        public String text(FormatContext context) {
            return value;
        }

        @Override
        public Value value(FormatContext context) {
            return Value.newBuilder().setStringValue(value).build();
        }
    }
}
