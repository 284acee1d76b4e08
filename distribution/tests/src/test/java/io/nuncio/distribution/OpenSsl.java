package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;

/// `openssl s_client` as the peer of a listener `secure`.
final class OpenSsl {
    private OpenSsl() {}

    /// Asks for `/` on a connection that ends with the answer.
    ///
    /// @return what openssl says
    static String client(NuncioServer proxy, String... options) throws Exception {
        return client(port(proxy), options);
    }

    /// The same with a listener on that port of this machine.
    static String client(int port, String... options) throws Exception {
        return run(clientCommand(port, options));
    }

    /// The same for one that openssl says it failed.
    static String refused(NuncioServer proxy, String... options) throws Exception {
        Distribution.Finished finished =
                Distribution.finish(
                        new ProcessBuilder("sh", "-c", clientCommand(port(proxy), options)));
        assertThat(finished.exitCode()).as(finished.output()).isNotZero();
        return finished.output();
    }

    /// The same for one that may end in any way.
    static String attempt(NuncioServer proxy, String... options) throws Exception {
        return Distribution.finish(
                        new ProcessBuilder("sh", "-c", clientCommand(port(proxy), options)))
                .output();
    }

    private static int port(NuncioServer proxy) {
        return proxy.address("secure").getPort();
    }

    private static String clientCommand(int port, String... options) {
        return "printf 'GET / HTTP/1.1\\r\\nhost: a\\r\\nconnection: close\\r\\n\\r\\n'"
                + " | openssl s_client -ign_eof -connect 127.0.0.1:"
                + port
                + " "
                + String.join(" ", options);
    }

    /// A command of the shell, which ends well.
    static String run(String command) throws Exception {
        Distribution.Finished finished =
                Distribution.finish(new ProcessBuilder("sh", "-c", command));
        assertThat(finished.exitCode()).as(finished.output()).isZero();
        return finished.output();
    }
}
