package io.nuncio.kernel.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

class OtherProtocolsTest {
    private static final List<String> SPECIAL = List.of("special");

    private final Queue<SslContext> made = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void theLibraryCounts() {
        assumeTrue(OpenSsl.isAvailable());
    }

    private SslContext make(List<String> protocols) {
        try {
            SslContext context =
                    SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL_REFCNT).build();
            made.add(context);
            return context;
        } catch (SSLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private List<Integer> references() {
        return made.stream().map(ReferenceCountUtil::refCnt).sorted().toList();
    }

    @Test
    void whoMakesAContextKeepsNobodyWaitingAndTheSecondOfTwoIsLetGo() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        OtherProtocols others =
                new OtherProtocols(protocols -> {
                    try {
                        both.await(20, TimeUnit.SECONDS);
                    } catch (Exception alone) {
                        throw new IllegalStateException("the other one waits", alone);
                    }
                    return make(protocols);
                });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one =
                    CompletableFuture.supplyAsync(
                            () -> others.with(SPECIAL, context -> context), threads);
            var two =
                    CompletableFuture.supplyAsync(
                            () -> others.with(SPECIAL, context -> context), threads);
            assertThat(one.get(30, TimeUnit.SECONDS)).isSameAs(two.get(30, TimeUnit.SECONDS));
        }
        assertThat(references()).containsExactly(0, 1);
        others.close();
        assertThat(references()).containsExactly(0, 0);
    }

    @Test
    void theOldestIsLetGoAndWhatIsMadeAfterTheEndIsNotKept() {
        OtherProtocols others = new OtherProtocols(this::make);
        for (int count = 0; count <= OtherProtocols.MOST; count++) {
            others.with(List.of("p" + count), context -> context);
        }
        assertThat(ReferenceCountUtil.refCnt(made.peek())).isZero();
        assertThat(references().stream().filter(count -> count == 1)).hasSize(OtherProtocols.MOST);
        others.close();
        int during = others.with(SPECIAL, ReferenceCountUtil::refCnt);
        assertThat(during).isEqualTo(1);
        assertThat(references()).containsOnly(0);
    }
}
