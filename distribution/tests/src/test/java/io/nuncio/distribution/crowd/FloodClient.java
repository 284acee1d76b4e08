package io.nuncio.distribution.crowd;

import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestTls;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/// A process that begins TLS handshakes as fast as it can, full ones, each on a connection that it
/// closes afterwards, until its input ends; then it says how many were done and how many refused.
final class FloodClient {
    private static final int AT_ONCE = 64;

    private static volatile boolean over;

    private FloodClient() {}

    /// @param arguments port
    public static void main(String[] arguments) throws Exception {
        var address =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        var done = new LongAdder();
        var refused = new LongAdder();
        Thread[] threads = new Thread[AT_ONCE];
        for (int index = 0; index < AT_ONCE; index++) {
            threads[index] =
                    Thread.ofPlatform()
                            .start(() -> {
                                while (!over) {
                                    try (RawClient client = TestTls.PLAIN.connect(address)) {
                                        done.add(client.socket().isConnected() ? 1 : 0);
                                    } catch (RuntimeException closed) {
                                        refused.increment();
                                    }
                                }
                            });
        }
        System.out.println("begun");
        while (System.in.read() != -1) {
            continue;
        }
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("done " + done + " refused " + refused);
    }
}
