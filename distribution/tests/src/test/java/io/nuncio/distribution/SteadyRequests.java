package io.nuncio.distribution;

import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.RawClient;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Clients that send one request after the other on connections that are kept until the proxy says
/// `connection: close`. Every answer that is not 200, and every connection that breaks, is a
/// failure.
final class SteadyRequests implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final int CLIENTS_AT_FULL_LOAD = 32;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final String REQUEST =
            "GET / HTTP/1.1\r\nhost: a\r\norigin: http://a.example\r\n\r\n";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final Supplier<RawClient> connector;
    private final long pauseNanos;
    private final String watched;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<HttpMessage> newest = new ArrayList<>();
    private final Set<String> values = ConcurrentHashMap.newKeySet();
    private final LongAdder answers = new LongAdder();
    private volatile boolean over;
    private volatile int round;

    private SteadyRequests(Supplier<RawClient> connector, long pauseNanos, String watched) {
        this.connector = connector;
        this.pauseNanos = pauseNanos;
        this.watched = watched;
    }

    /// About 1,000 a second together.
    static SteadyRequests to(InetSocketAddress address) {
        return to(address, "x-stamp");
    }

    /// The same.
    ///
    /// @param watched the header whose values are noted
    static SteadyRequests to(InetSocketAddress address, String watched) {
        return start(
                new SteadyRequests(() -> RawClient.connect(address), PAUSE_NANOS, watched),
                CLIENTS);
    }

    /// The same on connections that are opened as the test says.
    static SteadyRequests over(Supplier<RawClient> connector) {
        return start(new SteadyRequests(connector, PAUSE_NANOS, "x-stamp"), CLIENTS);
    }

    /// As many as there can be.
    ///
    /// @param watched the header whose values are noted
    static SteadyRequests atFullLoad(InetSocketAddress address, String watched) {
        return start(
                new SteadyRequests(() -> RawClient.connect(address), 0, watched),
                CLIENTS_AT_FULL_LOAD);
    }

    private static SteadyRequests start(SteadyRequests requests, int clients) {
        for (int index = 0; index < clients; index++) {
            int client = index;
            requests.newest.add(null);
            requests.threads.add(Thread.ofVirtual().start(() -> requests.run(client)));
        }
        return requests;
    }

    private void run(int client) {
        while (!over) {
            int begun = round;
            try (RawClient connection = connector.get()) {
                while (!over && begun == round && request(client, begun, connection)) {
                    LockSupport.parkNanos(pauseNanos);
                }
            } catch (RuntimeException | AssertionError broken) {
                if (!over) {
                    failures.add(broken.toString());
                }
            }
        }
    }

    /// @return whether the connection may be used again
    private boolean request(int client, int begun, RawClient connection) {
        HttpMessage answer = connection.exchange(REQUEST);
        if (answer.status() != 200) {
            failures.add(answer.toString());
        }
        answers.increment();
        String value = answer.header(watched);
        values.add(value == null ? "" : value);
        synchronized (newest) {
            if (begun == round) {
                newest.set(client, answer);
            }
        }
        return !"close".equals(answer.header("connection"));
    }

    /// Each client goes on with a new connection after its next answer; what the old ones answer is
    /// not awaited any more.
    void reconnect() {
        synchronized (newest) {
            newest.replaceAll(_ -> null);
            round++;
        }
    }

    /// All values that the watched header had so far, with an empty one for answers without it.
    Set<String> values() {
        return Set.copyOf(values);
    }

    int clients() {
        return threads.size();
    }

    /// How many answers came so far.
    long answers() {
        return answers.sum();
    }

    /// What went wrong so far.
    List<String> failures() {
        return List.copyOf(failures);
    }

    /// Waits until the newest answer of each client has that body.
    void awaitAnswers(String body) {
        await("answers " + body, answer -> answer.bodyText().equals(body));
    }

    /// Waits until the newest answer of each client has that header.
    void awaitHeader(String name, String value) {
        await("answers with " + name + ": " + value, answer -> value.equals(answer.header(name)));
    }

    private void await(String what, Predicate<HttpMessage> condition) {
        long limit = System.nanoTime() + PATIENCE_NANOS;
        while (!holds(condition)) {
            if (System.nanoTime() > limit) {
                throw new AssertionError(
                        "no "
                                + what
                                + " in time; failures: "
                                + failures.stream().limit(3).toList());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean holds(Predicate<HttpMessage> condition) {
        synchronized (newest) {
            return newest.stream().allMatch(answer -> answer != null && condition.test(answer));
        }
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
