package io.nuncio.testkit.conformance;

import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/// Runs a listener filter through the situations in which filters usually go wrong, and tells which
/// [ListenerRule]s it breaks:
///
/// ```java
/// ListenerFilterConformance.of(new TlsInspector(), config).sends(clientHello).check();
/// ```
///
/// Choose a configuration and what the peer sends first; call it once for each way in which the
/// filter works.
public final class ListenerFilterConformance {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long REAL_PATIENCE_NANOS = 1_000_000_000;

    private final Function<FakeFactoryContext, ListenerFilterTemplate> filter;
    private final Set<ListenerRule> excepted = EnumSet.noneOf(ListenerRule.class);
    private final List<Consumer<FakeFactoryContext>> wrong = new ArrayList<>();
    private Consumer<FakeAcceptedSocket> prepared = socket -> {};
    private byte[] bytes = "hello, world".getBytes(StandardCharsets.US_ASCII);

    private ListenerFilterConformance(Function<FakeFactoryContext, ListenerFilterTemplate> filter) {
        this.filter = filter;
    }

    /// The filter with this configuration: a message or a record.
    public static <C> ListenerFilterConformance of(ListenerFilterFactory<C> factory, C config) {
        return of(context -> factory.configure(config, context));
    }

    /// The filter in a context that the test prepares.
    ///
    /// @param filter compiles it in the context that it is given, a new one each time
    public static ListenerFilterConformance of(
            Function<FakeFactoryContext, ListenerFilterTemplate> filter) {
        return new ListenerFilterConformance(filter);
    }

    /// What the peer sends first; two bytes or more.
    public ListenerFilterConformance sends(byte[] first) {
        bytes = first.clone();
        return this;
    }

    /// Prepares each socket before the filter sees it: addresses, an original destination.
    public ListenerFilterConformance socket(Consumer<FakeAcceptedSocket> preparation) {
        prepared = preparation;
        return this;
    }

    /// A configuration that the factory must refuse, with the path of what is wrong.
    public <C> ListenerFilterConformance refuses(ListenerFilterFactory<C> factory, C config) {
        wrong.add(context -> factory.configure(config, context));
        return this;
    }

    /// Does not look for a rule.
    ///
    /// @param reason why the filter may break it, for those who read the test
    public ListenerFilterConformance except(ListenerRule rule, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("say why the filter may break " + rule);
        }
        excepted.add(rule);
        return this;
    }

    /// The rules that the filter breaks, each with the first situation in which it does.
    public List<Finding> findings() {
        var findings = new Findings(excepted);
        Problematic.check(wrong, findings, ListenerRule.PROBLEMS_HAVE_PATHS);
        try (var blocks = new BlockWatch()) {
            new Situations(findings, blocks).playAll();
        }
        return findings.all();
    }

    /// @throws AssertionError if the filter breaks a rule; the message names each, and says what to
    ///   do
    public void check() {
        Findings.check(findings());
    }

    private final class Situations {
        private final Findings findings;
        private final BlockWatch blocks;

        Situations(Findings findings, BlockWatch blocks) {
            this.findings = findings;
            this.blocks = blocks;
        }

        private interface Situation {
            void play(ListenerFilterTemplate template, FakeWorker worker);
        }

        private void in(String name, Situation situation) {
            findings.in(name);
            var context = new FakeFactoryContext();
            ListenerFilterTemplate template = filter.apply(context);
            if (!context.problems().none()) {
                throw new AssertionError("the configuration is wrong: " + context.reported());
            }
            try {
                situation.play(template, new FakeWorker());
            } catch (CallbackWatch.Failed noted) {
                return; // and the next situation begins
            }
            template.close();
        }

        void playAll() {
            in(
                    "the peer sends nothing",
                    (template, worker) -> new Play(template, worker).settle().finish());
            in(
                    "the first bytes at once",
                    (template, worker) ->
                            new Play(template, worker).receive(bytes).settle().finish());
            in(
                    "a byte at a time",
                    (template, worker) ->
                            new Play(template, worker).receiveByteByByte().settle().finish());
            in(
                    "bytes that mean nothing",
                    (template, worker) ->
                            new Play(template, worker).receive(new byte[4096]).settle().finish());
            for (int step = 0; step <= Math.min(3, bytes.length); step++) {
                byte[] part = Arrays.copyOf(bytes, step);
                in(
                        "the peer closes after " + step + " bytes",
                        (template, worker) -> timers(template, worker, part));
            }
            var results = new ArrayList<String>();
            in(
                    "the first bytes at once",
                    (template, worker) ->
                            results.add(
                                    new Play(template, worker).receive(bytes).settle().result()));
            in(
                    "the same, a byte at a time",
                    (template, worker) ->
                            results.add(
                                    new Play(template, worker)
                                            .receiveByteByByte()
                                            .settle()
                                            .result()));
            if (results.size() < 2) {
                return;
            }
            if (!results.getFirst().equals(results.getLast())) {
                findings.add(
                        ListenerRule.SPLITS_DO_NOT_MATTER,
                        "at once: " + results.getFirst() + "; in pieces: " + results.getLast());
            }
            in(
                    "two sockets beside each other",
                    (template, worker) -> {
                        Play one = new Play(template, worker);
                        Play two = new Play(template, worker);
                        for (byte each : bytes) {
                            one.receive(new byte[] {each});
                            two.receive(new byte[] {each});
                        }
                        for (Play play : List.of(one, two)) {
                            String result = play.settle().result();
                            if (!results.getLast().equals(result)) {
                                findings.add(
                                        ListenerRule.SOCKETS_ARE_APART,
                                        "alone: "
                                                + results.getLast()
                                                + "; beside another: "
                                                + result);
                            }
                            play.finish();
                        }
                    });
        }

        /// Whether sockets leave armed timers behind: twice, since the first may arm what the
        /// template or the worker has one of.
        private void timers(ListenerFilterTemplate template, FakeWorker worker, byte[] part) {
            new Play(template, worker).receive(part).socket.peerCloses();
            long before = worker.armedTimers();
            Play second = new Play(template, worker).receive(part);
            second.socket.peerCloses();
            if (worker.armedTimers() > before) {
                findings.add(
                        ListenerRule.TIMERS_END_WITH_THE_SOCKET,
                        "a timer was still armed after the socket's end");
            }
            second.finish();
        }

        /// One socket with the filter under test.
        private final class Play {
            private final FakeWorker worker;
            private final CallbackWatch watch = WatchedListenerFilter.watch(findings, blocks);
            private final List<String> said = new ArrayList<>();
            private final FakeAcceptedSocket socket;

            Play(ListenerFilterTemplate template, FakeWorker worker) {
                this.worker = worker;
                socket = new FakeAcceptedSocket(worker);
                prepared.accept(socket);
                socket.pass(WatchedListenerFilter.of(template, watch, said));
                worker.runPosted();
            }

            Play receive(byte[] more) {
                if (more.length > 0) {
                    socket.receive(more);
                    worker.runPosted();
                }
                return this;
            }

            Play receiveByteByByte() {
                for (byte each : bytes) {
                    receive(new byte[] {each});
                }
                return this;
            }

            /// Gives the filter time, and looks whether the socket has gone on.
            Play settle() {
                if (!socket.waitsWithoutBytes()) {
                    return this;
                }
                worker.advance(PATIENCE);
                worker.runPosted();
                long deadline = System.nanoTime() + REAL_PATIENCE_NANOS;
                while (socket.waitsWithoutBytes()
                        && !findings.has(ListenerRule.SOCKET_GOES_ON)
                        && System.nanoTime() < deadline) {
                    LockSupport.parkNanos(1_000_000);
                    worker.runPosted();
                }
                if (socket.waitsWithoutBytes()) {
                    findings.add(
                            ListenerRule.SOCKET_GOES_ON,
                            "the filter has all bytes that it asked for, and still waits");
                }
                return this;
            }

            /// The socket ends, if it has not, and all that was left behind comes to light.
            void finish() {
                socket.peerCloses();
                worker.advance(PATIENCE);
                worker.runPosted();
                watch.lookAtLoans();
            }

            /// What became of the socket.
            String result() {
                return socket.state() + " " + said + " " + HexFormat.of().formatHex(socket.left());
            }
        }
    }
}
