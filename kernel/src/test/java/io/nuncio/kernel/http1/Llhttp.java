package io.nuncio.kernel.http1;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// llhttp, as the npm package `undici` has it, in a Node process of its own. Installed below
/// `target` when first used.
final class Llhttp implements AutoCloseable {
    private static final String PACKAGE = "undici@8.12.4";

    private final Process process;
    private final DataOutputStream input;
    private final BufferedReader output;
    private final ObjectMapper mapper = new ObjectMapper();

    private Llhttp(Process process) {
        this.process = process;
        this.input = new DataOutputStream(process.getOutputStream());
        this.output = process.inputReader(UTF_8);
    }

    /// @throws IOException if Node or npm is missing, or the package cannot be had
    static Llhttp start() throws IOException, InterruptedException {
        Path folder = Path.of("target/llhttp").toAbsolutePath();
        if (!Files.exists(folder.resolve("node_modules/undici/lib/llhttp/llhttp-wasm.js"))) {
            Files.createDirectories(folder);
            Process npm =
                    new ProcessBuilder(
                                    "npm",
                                    "install",
                                    "--prefix",
                                    folder.toString(),
                                    "--ignore-scripts",
                                    "--no-audit",
                                    "--no-fund",
                                    PACKAGE)
                            .redirectErrorStream(true)
                            .start();
            String log = new String(npm.getInputStream().readAllBytes(), UTF_8);
            if (npm.waitFor() != 0) {
                throw new IOException("npm could not install " + PACKAGE + ": " + log);
            }
        }
        Path script = Path.of("src/test/resources/http1/llhttp.js").toAbsolutePath();
        return new Llhttp(
                new ProcessBuilder(
                                "node",
                                script.toString(),
                                folder.resolve("node_modules").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /// What llhttp makes of these bytes: `error` and `messages`.
    JsonNode parse(byte[] bytes) throws IOException {
        input.writeInt(bytes.length);
        input.write(bytes);
        input.flush();
        String line = output.readLine();
        if (line == null) {
            throw new IOException("node has ended");
        }
        return mapper.readTree(line);
    }

    @Override
    public void close() {
        process.destroy();
    }
}
