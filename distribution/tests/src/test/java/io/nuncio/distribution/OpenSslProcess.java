package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A command of openssl that runs until it is closed, with somebody at its keyboard.
final class OpenSslProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Process process;
    private final Path output;

    private OpenSslProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /// @param output the file for what it says
    static OpenSslProcess start(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        return new OpenSslProcess(process, output);
    }

    /// Waits until it has said this.
    void await(String text) throws Exception {
        await(Pattern.compile(Pattern.quote(text)));
    }

    /// Waits until it has said something of that form.
    ///
    /// @return where it has
    Matcher await(Pattern text) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            String said = Files.readString(output);
            Matcher matcher = text.matcher(said);
            if (matcher.find()) {
                return matcher;
            }
            assertThat(Instant.now()).as("no '%s' in: %s", text, said).isBefore(end);
            TimeUnit.MILLISECONDS.sleep(10);
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
