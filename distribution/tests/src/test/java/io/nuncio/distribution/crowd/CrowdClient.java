package io.nuncio.distribution.crowd;

import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestTls;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// A process with many TLS connections, each of which has had one answer and then keeps still. For
/// each line of its input, every connection asks once more and the process says how many were
/// answered; it ends with its input.
final class CrowdClient {
    private static final int AT_ONCE = 32;
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private CrowdClient() {}

    /// @param arguments port, number of connections
    public static void main(String[] arguments) throws Exception {
        var address =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        int count = Integer.parseInt(arguments[1]);
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Callable<RawClient>> openings = new ArrayList<>();
            for (int index = 0; index < count; index++) {
                openings.add(() -> {
                    RawClient client = TestTls.PLAIN.connect(address);
                    answered(client);
                    return client;
                });
            }
            List<RawClient> clients = new ArrayList<>();
            for (Future<RawClient> opened : threads.invokeAll(openings)) {
                clients.add(opened.get());
            }
            System.out.println("open " + clients.size());
            while (System.in.read() != -1) {
                List<Callable<Boolean>> questions = new ArrayList<>();
                clients.forEach(client -> questions.add(() -> answered(client)));
                int answers = 0;
                for (Future<Boolean> answer : threads.invokeAll(questions)) {
                    answers += answer.get() ? 1 : 0;
                }
                System.out.println("answered " + answers);
            }
        }
    }

    private static boolean answered(RawClient client) {
        return client.exchange(GET).status() == 200;
    }
}
