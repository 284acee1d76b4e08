package io.nuncio.distribution;

import io.nuncio.testkit.TestCertificates;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// `openssl s_server` as an upstream, until it is closed.
final class OpenSslServer implements AutoCloseable {
    private static final Pattern ACCEPTS = Pattern.compile("ACCEPT \\S+:(\\d+)\\n");

    private final OpenSslProcess process;

    private OpenSslServer(OpenSslProcess process) {
        this.process = process;
    }

    /// @param folder for its files
    static OpenSslServer start(Path folder, TestCertificates.Identity own, String... options)
            throws IOException {
        Path certificate = Files.writeString(folder.resolve("up.pem"), own.certificatePem());
        Path key = Files.writeString(folder.resolve("up.key"), own.keyPem());
        List<String> arguments = new ArrayList<>(List.of("s_server", "-accept", "127.0.0.1:0"));
        arguments.addAll(List.of("-cert", certificate.toString(), "-key", key.toString()));
        arguments.addAll(List.of(options));
        return new OpenSslServer(
                OpenSslProcess.start(folder.resolve("up.log"), arguments.toArray(String[]::new)));
    }

    int port() throws Exception {
        return Integer.parseInt(process.await(ACCEPTS).group(1));
    }

    /// Waits until it has said this.
    void await(String text) throws Exception {
        process.await(text);
    }

    /// Types something.
    void type(String text) throws IOException {
        process.type(text);
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
