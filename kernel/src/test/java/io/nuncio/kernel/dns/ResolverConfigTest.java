package io.nuncio.kernel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

class ResolverConfigTest {
    private static ResolverConfig parse(String text) {
        return ResolverConfig.parse(text.lines().toList(), Path.of("/etc/hosts"));
    }

    @Test
    void serversSearchAndDotsComeFromTheFile() {
        ResolverConfig config =
                parse(
                        """
                        # a comment
                        nameserver 192.0.2.1
                        nameserver 2001:db8::1
                        nameserver not-an-address
                        search one.example two.example
                        options timeout:1 ndots:2
                        """);
        assertThat(config.servers())
                .extracting(server -> server.getAddress().getHostAddress())
                .containsExactly("192.0.2.1", "2001:db8:0:0:0:0:0:1");
        assertThat(config.search()).containsExactly("one.example", "two.example");
        assertThat(config.ndots()).isEqualTo(2);
        assertThat(config.timeoutMillis()).isEqualTo(5_000);
        assertThat(config.tries()).isEqualTo(4);
    }

    @Test
    void withoutAServerThisMachineIsAsked() {
        assertThat(parse("").servers())
                .singleElement()
                .satisfies(server -> assertThat(server.getAddress().isLoopbackAddress()).isTrue());
    }

    @Test
    void aNameWithEnoughDotsIsTriedAsItIsFirst() {
        ResolverConfig config = parse("search corp");
        assertThat(config.candidates("a.b")).isEqualTo(List.of("a.b.", "a.b.corp."));
        assertThat(config.candidates("a")).isEqualTo(List.of("a.corp.", "a."));
        assertThat(config.candidates("a.")).isEqualTo(List.of("a."));
    }
}
