package io.nuncio.distribution;

import io.nuncio.testkit.TestTls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/// Requests at a steady pace to a listener that speaks TLS, by clients that connect anew again and
/// again, each time with a whole handshake. Every answer that is not 200, and every exception, is a
/// failure.
final class RotatingRequests implements AutoCloseable {
    private static final int CLIENTS = 5;
    private static final long RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final HttpRequest request;
    private final HttpClient.Version version;
    private final long intervalNanos;
    private final List<Thread> threads = new ArrayList<>();
    private final Set<BigInteger> serials = ConcurrentHashMap.newKeySet();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final LongAdder answers = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private volatile boolean over;

    private RotatingRequests(int port, HttpClient.Version version, int perSecond) {
        this.request =
                HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/"))
                        .timeout(Duration.ofSeconds(20))
                        .build();
        this.version = version;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(CLIENTS) / perSecond;
    }

    /// @param perSecond of all clients together
    static RotatingRequests start(int port, HttpClient.Version version, int perSecond) {
        var requests = new RotatingRequests(port, version, perSecond);
        for (int index = 0; index < CLIENTS; index++) {
            requests.threads.add(Thread.ofPlatform().start(requests::run));
        }
        return requests;
    }

    private void run() {
        long due = System.nanoTime();
        while (!over) {
            connections.increment();
            try (HttpClient client =
                    HttpClient.newBuilder()
                            .version(version)
                            .sslContext(TestTls.PLAIN.context())
                            .connectTimeout(Duration.ofSeconds(20))
                            .build()) {
                long until = System.nanoTime() + RECONNECT_NANOS;
                while (!over && System.nanoTime() < until) {
                    send(client);
                    due += intervalNanos;
                    TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                }
            } catch (IOException broken) {
                failures.add(broken.toString());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void send(HttpClient client) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || answer.version() != version) {
            failures.add(answer + " " + answer.body());
        }
        X509Certificate presented =
                (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
        serials.add(presented.getSerialNumber());
        answers.increment();
    }

    /// The serial numbers of the certificates that the proxy presented so far.
    Set<BigInteger> serials() {
        return Set.copyOf(serials);
    }

    /// Waits until a connection had that certificate.
    void awaitSerial(BigInteger serial) throws InterruptedException {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!serials.contains(serial)) {
            if (System.nanoTime() > limit) {
                throw new AssertionError(
                        version + ": the certificate is not presented; failures: " + failures);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    long answers() {
        return answers.sum();
    }

    /// How many connections there were, about.
    long connections() {
        return connections.sum();
    }

    @Override
    public void close() {
        over = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
