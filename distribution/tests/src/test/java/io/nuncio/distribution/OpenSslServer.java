package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.TestCertificates;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `openssl s_server` as an upstream, until it is closed.
final class OpenSslServer implements AutoCloseable {
    private static final Pattern ACCEPTS = Pattern.compile("ACCEPT \\S+:(\\d+)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final Path output;

    private OpenSslServer(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /// @param folder for its files
    static OpenSslServer start(Path folder, TestCertificates.Identity own, String... options)
            throws Exception {
        Path certificate = Files.writeString(folder.resolve("up.pem"), own.certificatePem());
        Path key = Files.writeString(folder.resolve("up.key"), own.keyPem());
        Path output = folder.resolve("up.log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:0",
                                "-cert",
                                certificate.toString(),
                                "-key",
                                key.toString()));
        command.addAll(List.of(options));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new OpenSslServer(process, output);
    }

    int port() throws Exception {
        Matcher matcher = ACCEPTS.matcher(await("ACCEPT "));
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    /// Waits until it has said this.
    ///
    /// @return all that it has said
    String await(String text) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            String said = Files.readString(output);
            if (said.contains(text)) {
                return said;
            }
            assertThat(Instant.now()).as("no '%s' in: %s", text, said).isBefore(end);
            Thread.onSpinWait();
        }
    }

    /// Types something.
    void type(String text) throws IOException {
        Writer keyboard = process.outputWriter();
        keyboard.write(text);
        keyboard.flush();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
