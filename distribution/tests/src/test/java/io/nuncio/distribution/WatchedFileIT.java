package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Files and folders that a bundle has watched.
class WatchedFileIT {
    private static final String READS = "watched.file.reads.";
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    @TempDir Path folder;

    private Path bundles;
    private NuncioServer server;

    /// A filter that says what is in the file `word` of a folder.
    private static String source(String generation) {
        return """
        package acme;
        import io.nuncio.spi.*;
        import java.nio.file.*;
        public final class Stamp implements HttpFilterFactory<Stamp.Config> {
            public record Config(String file, String watched) {}
            private volatile String word = "";
            @Override public HttpFilterTemplate configure(Config config, FactoryContext context) {
                Path file = Path.of(config.file());
                context.watch(Path.of(config.watched()), () -> read(file, context));
                read(file, context);
                return stream -> new HttpFilter() {
                    @Override public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
                        return LocalReply.reply(200).header(HeaderName.of("x-word"), "%1$s" + word);
                    }
                };
            }
            private void read(Path file, FactoryContext context) {
                if (!context.mainThread().current()) {
                    throw new IllegalStateException("not on the main thread");
                }
                try {
                    word = Files.readString(file).strip();
                } catch (java.io.IOException unreadable) {
                    throw new java.io.UncheckedIOException(unreadable);
                }
                System.setProperty("%2$s" + "%1$s", word);
            }
        }
        """
                .formatted(generation, READS);
    }

    @BeforeEach
    void prepare() throws IOException {
        System.getProperties().keySet().removeIf(key -> key.toString().startsWith(READS));
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        put("one-");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void put(String generation) throws IOException {
        move(
                StampBundle.generation(generation)
                        .source("Stamp", source(generation))
                        .write(folder.resolve("fresh")),
                bundles.resolve("stamp.jar"));
    }

    private static void move(Path fresh, Path place) throws IOException {
        Files.move(
                fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void start(Path file, Path watched) throws Exception {
        server =
                NuncioServer.start(
                        bundles,
                        """
                        static_resources:
                          listeners:
                          - name: in
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.http_connection_manager
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                                  stat_prefix: in
                                  route_config: {}
                                  http_filters:
                                  - name: com.example.stamp
                                    typed_config:
                                      "@type": type.googleapis.com/google.protobuf.Struct
                                      value: { file: %s, watched: %s }
                                  - name: envoy.filters.http.router
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                        """
                                .formatted(file, watched));
    }

    private void awaitWord(String word) {
        String found = "";
        try (RawClient client = server.client("in")) {
            for (int attempt = 0; attempt < 1000 && !word.equals(found); attempt++) {
                found = client.exchange(GET).header("x-word");
                LockSupport.parkNanos(10_000_000);
            }
        }
        assertThat(found).isEqualTo(word);
    }

    @Test
    void aFileThatIsReplacedIsReadAgainAlsoAfterOneThatCannotBeRead() throws Exception {
        Path file = Files.writeString(folder.resolve("word"), "first");
        start(file, file);
        awaitWord("one-first");
        move(Files.writeString(folder.resolve("new"), "second"), file);
        awaitWord("one-second");
        Files.delete(file);
        move(Files.writeString(folder.resolve("new"), "third"), file);
        awaitWord("one-third");
    }

    @Test
    void aFolderWhoseLinkIsSwappedIsAChange() throws Exception {
        Path watched = Files.createDirectory(folder.resolve("mounted"));
        Path before = Files.createDirectory(watched.resolve("..before"));
        Path after = Files.createDirectory(watched.resolve("..after"));
        Files.writeString(before.resolve("word"), "first");
        Files.writeString(after.resolve("word"), "second");
        Files.createSymbolicLink(watched.resolve("..data"), before.getFileName());
        start(watched.resolve("..data/word"), watched);
        awaitWord("one-first");
        Path fresh = Files.createSymbolicLink(watched.resolve("..new"), after.getFileName());
        move(fresh, watched.resolve("..data"));
        awaitWord("one-second");
    }

    @Test
    void aGenerationThatIsReplacedIsToldNoMore() throws Exception {
        Path file = Files.writeString(folder.resolve("word"), "first");
        start(file, file);
        awaitWord("one-first");
        put("two-");
        awaitWord("two-first");
        server.awaitStat("bundles.generations", 3); // connection manager, filter, router
        move(Files.writeString(folder.resolve("new"), "second"), file);
        awaitWord("two-second");
        assertThat(System.getProperty(READS + "one-")).isEqualTo("first");
    }
}
