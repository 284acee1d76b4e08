package io.nuncio.kernel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Resolver.Family;
import io.nuncio.spi.Resolver.Lookup;
import io.nuncio.spi.Resolver.Result;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

class DnsResolverTest {
    private static final int SERVFAIL = 2;

    private final FakeDnsServer server = new FakeDnsServer();
    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final StatsStore store = StatsStore.detached();
    private Path hosts;
    private DnsResolver resolver;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        hosts = folder.resolve("hosts");
        Files.writeString(hosts, "192.0.2.1 known\n2001:db8::1 known\n");
        resolver = resolver(10_000);
    }

    /// One that asks twice.
    private DnsResolver resolver(long timeoutMillis) {
        return new DnsResolver(
                loop.next(),
                NioDatagramChannel::new,
                NioSocketChannel::new,
                new ResolverConfig(
                        List.of(server.address()), List.of("corp"), 1, hosts, timeoutMillis, 2),
                store.root());
    }

    private void useHastyResolver() {
        resolver.close();
        resolver = resolver(1_000);
    }

    @AfterEach
    void stop() throws InterruptedException {
        resolver.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        server.close();
    }

    private Result resolve(String name, Family family) {
        BlockingQueue<Result> results = new ArrayBlockingQueue<>(1);
        resolver.resolve(name, family, results::add);
        try {
            Result result = results.poll(10, TimeUnit.SECONDS);
            assertThat(result).as("an answer").isNotNull();
            return result;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static Result found(long ttl, String... addresses) {
        return new Result.Addresses(
                List.of(addresses).stream().map(InetAddress::ofLiteral).toList(), ttl);
    }

    @Test
    void theAnswerIsTheAddressesWithTheSmallestTtl() {
        server.host("two.example", 30, "192.0.2.5").host("two.example", 20, "192.0.2.6");
        assertThat(resolve("two.example", Family.V4_ONLY))
                .isEqualTo(found(20, "192.0.2.5", "192.0.2.6"));
    }

    @Test
    void everyFamilyAsksForWhatItWants() {
        server.host("dual.example", 10, "192.0.2.5", "2001:db8::5");
        server.host("four.example", 10, "192.0.2.5");
        server.host("six.example", 10, "2001:db8::5");

        assertThat(resolve("dual.example", Family.V4_ONLY)).isEqualTo(found(10, "192.0.2.5"));
        assertThat(resolve("dual.example", Family.V6_ONLY)).isEqualTo(found(10, "2001:db8::5"));
        assertThat(resolve("dual.example", Family.AUTO)).isEqualTo(found(10, "2001:db8::5"));
        assertThat(resolve("four.example", Family.AUTO)).isEqualTo(found(10, "192.0.2.5"));
        assertThat(resolve("dual.example", Family.V4_PREFERRED)).isEqualTo(found(10, "192.0.2.5"));
        assertThat(resolve("six.example", Family.V4_PREFERRED)).isEqualTo(found(10, "2001:db8::5"));
        assertThat(resolve("dual.example", Family.ALL))
                .isEqualTo(found(10, "2001:db8::5", "192.0.2.5"));
        assertThat(resolve("four.example", Family.ALL)).isEqualTo(found(10, "192.0.2.5"));
        assertThat(resolve("six.example", Family.ALL)).isEqualTo(found(10, "2001:db8::5"));
    }

    @Test
    void aNameThatDoesNotExistIsNotAFailure() {
        assertThat(resolve("missing.example", Family.V4_ONLY)).isEqualTo(new Result.NoSuchName());
        assertThat(resolve("missing.example", Family.ALL)).isEqualTo(new Result.NoSuchName());
        assertThat(store.value("dns.cares.not_found")).isEqualTo(2);
    }

    @Test
    void aNameWithoutAddressesOfTheFamilyIsLikeNone() {
        server.host("six.example", 10, "2001:db8::5");
        assertThat(resolve("six.example", Family.V4_ONLY)).isEqualTo(new Result.NoSuchName());
    }

    @Test
    void anErrorOfTheServerIsAFailure() {
        server.failing("broken.example", SERVFAIL);
        assertThat(resolve("broken.example", Family.V4_ONLY))
                .isInstanceOfSatisfying(
                        Result.Failed.class,
                        failed -> assertThat(failed.reason()).contains("ServFail"));
        assertThat(store.value("dns.cares.get_addr_failure")).isEqualTo(1);
    }

    @Test
    void aLostAnswerIsAskedForAgain() {
        useHastyResolver();
        server.host("slow.example", 10, "192.0.2.5").silent("slow.example", 1);
        assertThat(resolve("slow.example", Family.V4_ONLY)).isEqualTo(found(10, "192.0.2.5"));
        assertThat(server.questions).containsExactly("slow.example A", "slow.example A");
    }

    @Test
    void aServerThatNeverAnswersIsAFailure() {
        useHastyResolver();
        server.silent("dead.example", 100);
        assertThat(resolve("dead.example", Family.V4_ONLY)).isInstanceOf(Result.Failed.class);
        assertThat(store.value("dns.cares.timeout")).isEqualTo(1);
        assertThat(store.value("dns.cares.pending_resolutions")).isZero();
    }

    @Test
    void anAliasIsFollowed() {
        server.alias("www.example", "real.example").host("real.example", 10, "192.0.2.5");
        assertThat(resolve("www.example", Family.V4_ONLY)).isEqualTo(found(10, "192.0.2.5"));
    }

    @Test
    void aShortNameIsLookedUpInTheSearchDomains() {
        server.host("short.corp", 10, "192.0.2.5");
        assertThat(resolve("short", Family.V4_ONLY)).isEqualTo(found(10, "192.0.2.5"));
        assertThat(server.questions).containsExactly("short.corp A");
    }

    @Test
    void aNameOfTheHostsFileIsNotAskedFor() throws IOException {
        assertThat(resolve("KNOWN", Family.V4_ONLY)).isEqualTo(found(0, "192.0.2.1"));
        assertThat(resolve("known", Family.AUTO)).isEqualTo(found(0, "2001:db8::1"));
        assertThat(server.questions).isEmpty();
        Files.writeString(hosts, "192.0.2.9 known\n");
        assertThat(hosts.toFile().setLastModified(1_000_000)).isTrue();
        assertThat(resolve("known", Family.AUTO)).isEqualTo(found(0, "192.0.2.9"));
    }

    @Test
    void anAddressIsItsOwnAnswer() {
        assertThat(resolve("192.0.2.7", Family.AUTO)).isEqualTo(found(0, "192.0.2.7"));
        assertThat(resolve("2001:db8::7", Family.ALL)).isEqualTo(found(0, "2001:db8::7"));
        assertThat(resolve("2001:db8::7", Family.V4_ONLY)).isEqualTo(new Result.NoSuchName());
        assertThat(resolve("localhost", Family.V4_ONLY)).isEqualTo(found(0, "127.0.0.1"));
    }

    @Test
    void theSystemsResolverRunsOnTheMainLoopWhateverItsEngine() throws InterruptedException {
        for (IoEngine engine : IoEngine.values()) {
            if (engine.available()) {
                try (WorkerLoops loops = WorkerLoops.create(1, engine)) {
                    BlockingQueue<Result> results = new ArrayBlockingQueue<>(1);
                    DnsResolver.system(loops.main(), StatsStore.detached().root())
                            .resolve("localhost", Family.V4_ONLY, results::add);
                    assertThat(results.poll(10, TimeUnit.SECONDS))
                            .as(engine.name())
                            .isEqualTo(found(0, "127.0.0.1"));
                }
            }
        }
    }

    @Test
    void aCancelledLookupIsNeverAnswered() {
        server.host("one.example", 10, "192.0.2.5").host("two.example", 10, "192.0.2.6");
        BlockingQueue<Result> results = new ArrayBlockingQueue<>(2);
        loop.next()
                .submit(() -> {
                    Lookup lookup = resolver.resolve("one.example", Family.V4_ONLY, results::add);
                    lookup.cancel();
                })
                .syncUninterruptibly();

        assertThat(resolve("two.example", Family.V4_ONLY)).isEqualTo(found(10, "192.0.2.6"));
        assertThat(results).isEmpty();
        assertThat(store.value("dns.cares.pending_resolutions")).isZero();
    }
}
