package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.conformance.NetworkPlay.Closer;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// Runs a network filter through the situations in which filters usually go wrong, alone if it is
/// terminal and otherwise with another behind it, and tells which [NetworkRule]s it breaks:
///
/// ```java
/// NetworkFilterConformance.of(new Echo(), config).sends("what the filter works on").check();
/// ```
///
/// Choose a configuration, what the peer sends, and with [#connection] a peer for which the filter
/// does its work; call it once for each way in which the filter works.
public final class NetworkFilterConformance {
    private final Function<FakeFactoryContext, NetworkFilterTemplate> filter;
    private final Set<NetworkRule> excepted = EnumSet.noneOf(NetworkRule.class);
    private final List<Consumer<FakeFactoryContext>> wrong = new ArrayList<>();
    private Consumer<FakeConnection> prepared = connection -> {};
    private Consumer<FakeFactoryContext> whileWaiting = context -> {};
    private String bytes = "hello, world";

    private NetworkFilterConformance(Function<FakeFactoryContext, NetworkFilterTemplate> filter) {
        this.filter = filter;
    }

    /// The filter with this configuration: a message or a record.
    public static <C> NetworkFilterConformance of(NetworkFilterFactory<C> factory, C config) {
        return of(context -> factory.configure(config, context));
    }

    /// The filter in a context that the test prepares: clusters, runtime values.
    ///
    /// @param filter compiles it in the context that it is given, a new one each time
    public static NetworkFilterConformance of(
            Function<FakeFactoryContext, NetworkFilterTemplate> filter) {
        return new NetworkFilterConformance(filter);
    }

    /// What the peer sends, as ISO-8859-1; two bytes or more.
    public NetworkFilterConformance sends(String text) {
        bytes = text;
        return this;
    }

    /// Prepares each connection before it begins: addresses, TLS, filter state.
    public NetworkFilterConformance connection(Consumer<FakeConnection> preparation) {
        prepared = preparation;
        return this;
    }

    /// What the world does while the filter holds a connection back: answers its calls.
    public NetworkFilterConformance whileWaiting(Consumer<FakeFactoryContext> world) {
        whileWaiting = world;
        return this;
    }

    /// A configuration that the factory must refuse, with the path of what is wrong.
    public <C> NetworkFilterConformance refuses(NetworkFilterFactory<C> factory, C config) {
        wrong.add(context -> factory.configure(config, context));
        return this;
    }

    /// Does not look for a rule.
    ///
    /// @param reason why the filter may break it, for those who read the test
    public NetworkFilterConformance except(NetworkRule rule, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("say why the filter may break " + rule);
        }
        excepted.add(rule);
        return this;
    }

    /// The rules that the filter breaks, each with the first situation in which it does.
    public List<Finding> findings() {
        var findings = new Findings(excepted);
        Problematic.check(wrong, findings, NetworkRule.PROBLEMS_HAVE_PATHS);
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
            void play(NetworkPlay.Setting setting);
        }

        private void in(String name, Situation situation) {
            findings.in(name);
            var context = new FakeFactoryContext();
            NetworkFilterTemplate template = filter.apply(context);
            if (!context.problems().none()) {
                throw new AssertionError("the configuration is wrong: " + context.reported());
            }
            try {
                situation.play(
                        new NetworkPlay.Setting(
                                template,
                                context,
                                new FakeWorker(),
                                prepared,
                                whileWaiting,
                                findings,
                                blocks));
            } catch (CallbackWatch.Failed noted) {
                return; // and the next situation begins
            }
            template.close();
        }

        void playAll() {
            in("the peer sends nothing", setting -> whole(setting).settle().finish());
            in("the peer only ends", setting -> whole(setting).ends().settle().finish());
            in("bytes", setting -> whole(setting).receive(bytes).settle().finish());
            in(
                    "bytes and the peer's end",
                    setting -> whole(setting).receive(bytes).ends().settle().finish());
            in("a byte at a time", setting -> byteByByte(setting).settle().finish());
            in(
                    "a byte at a time, and the peer's end",
                    setting -> byteByByte(setting).ends().settle().finish());
            for (int step = 0; step <= Math.min(3, bytes.length()); step++) {
                String part = bytes.substring(0, step);
                in(
                        "the peer closes after " + step + " bytes",
                        setting -> timers(setting, part, play -> play.connection().peerCloses()));
                in(
                        "this side closes after " + step + " bytes",
                        setting -> timers(setting, part, NetworkFilterConformance::close));
            }
            in(
                    "the filter behind closes the connection when it gets data",
                    setting ->
                            new NetworkPlay(setting, Closer.THE_NEXT)
                                    .receive(bytes)
                                    .settle()
                                    .finish());
            in(
                    "the connection closes while the filter writes",
                    setting ->
                            new NetworkPlay(setting, Closer.THE_ONE_BEFORE)
                                    .receive(bytes)
                                    .settle()
                                    .finish());
            in("the peer reads slowly", this::slowly);
            in(
                    "the listener drains",
                    setting -> {
                        NetworkPlay play = whole(setting).receive(bytes.substring(0, 1));
                        play.connection().drain();
                        play.receive(bytes.substring(1)).settle().finish();
                    });
            splits();
            apart();
        }

        private NetworkPlay whole(NetworkPlay.Setting setting) {
            return new NetworkPlay(setting, Closer.NOBODY);
        }

        private NetworkPlay byteByByte(NetworkPlay.Setting setting) {
            NetworkPlay play = whole(setting);
            for (int at = 0; at < bytes.length(); at++) {
                play.receive(bytes.substring(at, at + 1));
            }
            return play;
        }

        private void slowly(NetworkPlay.Setting setting) {
            NetworkPlay play = whole(setting);
            play.connection().bufferLimit(1);
            play.connection().peerStalls(true);
            play.receive(bytes);
            play.connection().write(Buffer.copyOf("from elsewhere"), false);
            play.connection().peerStalls(false);
            play.receive(bytes).settle().finish();
        }

        /// Whether connections leave armed timers behind: twice, since the first may arm what the
        /// template or the worker has one of.
        private void timers(NetworkPlay.Setting setting, String part, Consumer<NetworkPlay> end) {
            NetworkPlay first = whole(setting).receive(part);
            end.accept(first);
            setting.worker().runPosted();
            long before = setting.worker().armedTimers();
            NetworkPlay second = whole(setting).receive(part);
            end.accept(second);
            setting.worker().runPosted();
            if (setting.worker().armedTimers() > before) {
                findings.add(
                        NetworkRule.TIMERS_END_WITH_THE_CONNECTION,
                        "a timer was still armed after the connection's end");
            }
            first.finish();
            second.finish();
        }

        private void splits() {
            var results = new ArrayList<String>();
            in(
                    "bytes at once",
                    setting -> {
                        NetworkPlay play = whole(setting).receive(bytes).settle();
                        results.add(play.result());
                        play.finish();
                    });
            in(
                    "the same, a byte at a time",
                    setting -> {
                        NetworkPlay play = byteByByte(setting).settle();
                        results.add(play.result());
                        play.finish();
                    });
            if (results.size() == 2 && !results.getFirst().equals(results.getLast())) {
                findings.add(
                        NetworkRule.SPLITS_DO_NOT_MATTER,
                        "at once: " + results.getFirst() + "; in pieces: " + results.getLast());
            }
        }

        private void apart() {
            var alone = new ArrayList<String>();
            in(
                    "a connection alone",
                    setting -> {
                        NetworkPlay play = byteByByte(setting).settle();
                        alone.add(play.result());
                        play.finish();
                    });
            in(
                    "two connections beside each other",
                    setting -> {
                        NetworkPlay one = whole(setting);
                        NetworkPlay two = whole(setting);
                        for (int at = 0; at < bytes.length(); at++) {
                            one.receive(bytes.substring(at, at + 1));
                            two.receive(bytes.substring(at, at + 1));
                        }
                        one.settle();
                        two.settle();
                        for (NetworkPlay play : List.of(one, two)) {
                            String result = play.result();
                            if (!alone.isEmpty() && !alone.getFirst().equals(result)) {
                                findings.add(
                                        NetworkRule.CONNECTIONS_ARE_APART,
                                        "alone: "
                                                + alone.getFirst()
                                                + "; beside another: "
                                                + result);
                            }
                            play.finish();
                        }
                    });
        }
    }

    private static void close(NetworkPlay play) {
        play.connection().close(Connection.Close.NO_FLUSH, "conformance");
    }
}
