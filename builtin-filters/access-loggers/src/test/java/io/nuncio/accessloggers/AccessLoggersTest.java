package io.nuncio.accessloggers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Format;

import org.junit.jupiter.api.Test;

class AccessLoggersTest {
    private static final SubstitutionFormatString MESSAGE =
            SubstitutionFormatString.newBuilder()
                    .setTextFormatSource(DataSource.newBuilder().setInlineString("own"))
                    .build();
    private static final Struct STRUCT =
            Struct.newBuilder().putFields("code", Value.getDefaultInstance()).build();

    private final RecordingContext context = new RecordingContext();

    @Test
    void aFileLoggerWritesToItsPathAndLetsItGo() {
        AccessLogger logger = file(FileAccessLog.newBuilder().setLogFormat(MESSAGE));
        logger.log(null);
        logger.close();
        assertThat(context.events)
                .containsExactly("access.log < message log_format: own", "access.log closed");
    }

    @Test
    void theDefaultFormatIsEnvoys() {
        file(FileAccessLog.newBuilder()).log(null);
        file(FileAccessLog.newBuilder().setFormat("")).log(null);
        new StdoutAccessLogExtension()
                .configure(StdoutAccessLog.getDefaultInstance(), context)
                .log(null);
        assertThat(context.events)
                .containsExactly(
                        "access.log < text : " + Format.DEFAULT,
                        "access.log < text format: " + Format.DEFAULT,
                        "/dev/stdout < text : " + Format.DEFAULT);
    }

    @Test
    void theOlderFieldsForFormatsWork() {
        file(FileAccessLog.newBuilder().setFormat("%PROTOCOL%")).log(null);
        file(FileAccessLog.newBuilder().setJsonFormat(STRUCT)).log(null);
        file(FileAccessLog.newBuilder().setTypedJsonFormat(STRUCT)).log(null);
        assertThat(context.events)
                .containsExactly(
                        "access.log < text format: %PROTOCOL%",
                        "access.log < json json_format: [code]",
                        "access.log < json typed_json_format: [code]");
    }

    @Test
    void standardOutputAndErrorAreTheProcesssOwn() {
        new StdoutAccessLogExtension()
                .configure(StdoutAccessLog.newBuilder().setLogFormat(MESSAGE).build(), context)
                .log(null);
        new StderrAccessLogExtension()
                .configure(StderrAccessLog.newBuilder().setLogFormat(MESSAGE).build(), context)
                .log(null);
        assertThat(context.events)
                .containsExactly(
                        "/dev/stdout < message log_format: own",
                        "/dev/stderr < message log_format: own");
    }

    @Test
    void aFileThatCannotBeOpenedIsReportedAtItsPath() {
        new FileAccessLogExtension()
                .configure(FileAccessLog.newBuilder().setPath("/absent/log").build(), context);
        assertThat(context.problems.all())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).isEqualTo("path");
                    assertThat(problem.message()).contains("/absent/log");
                });
    }

    private AccessLogger file(FileAccessLog.Builder config) {
        return new FileAccessLogExtension()
                .configure(config.setPath("access.log").build(), context);
    }
}
