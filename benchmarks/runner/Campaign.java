import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// All rounds of all profiles: in each round every proxy has its turn, in a changing order, so that
/// what disturbs the machine disturbs all of them.
final class Campaign {
    private static final int PEER_WARM_SECONDS = 1;
    private static final double SHARE_OF_MOST = 0.7;

    private final Settings settings;
    private final Laboratory laboratory;
    private final Load load;
    private final Map<Profile, Figures> figures = new EnumMap<>(Profile.class);
    private final List<String> remarks = new ArrayList<>();
    private int rate;

    Campaign(Settings settings, Laboratory laboratory) {
        this.settings = settings;
        this.laboratory = laboratory;
        this.load = new Load(settings, laboratory.temporary());
        this.rate = settings.rate();
    }

    Map<Profile, Figures> figures() {
        return figures;
    }

    /// What is missing or went wrong, in sentences.
    List<String> remarks() {
        return remarks;
    }

    void run() throws InterruptedException {
        for (Profile profile : settings.profiles()) {
            figures.put(profile, new Figures(profile::yardstick));
            run(profile);
        }
    }

    private void run(Profile profile) throws InterruptedException {
        if (profile == Profile.RATE && rate == 0) {
            rate = rateFromMost();
            if (rate == 0) {
                remark(profile, "skipped: needs --rate, or the profile h1-64 before it");
                return;
            }
        }
        if (profile == Profile.RATE) {
            remark(profile, rate + " requests per second");
        }
        var able = new ArrayList<String>();
        for (String proxy : settings.proxies()) {
            String reason = profile.impossibleFor(proxy);
            if (!reason.isEmpty()) {
                remark(profile, "skipped, " + reason);
            } else if (warm(profile, proxy)) {
                able.add(proxy);
            }
        }
        for (int round = 0; round < settings.rounds(); round++) {
            var turn = new ArrayList<>(able);
            Collections.rotate(turn, -round);
            for (String proxy : turn) {
                if (!measure(profile, proxy)) {
                    able.remove(proxy);
                }
            }
        }
    }

    /// 70% of what the slowest proxy reached with as many connections.
    private int rateFromMost() {
        Figures most = figures.get(Profile.H1_64);
        if (most == null) {
            return 0;
        }
        return (int)
                most.rounds().keySet().stream()
                        .mapToDouble(proxy ->
                                SHARE_OF_MOST
                                        * most.median(
                                                proxy, round -> round.sample().requestsPerSecond()))
                        .min()
                        .orElse(0);
    }

    private boolean warm(Profile profile, String proxy) throws InterruptedException {
        int seconds = proxy.equals("nuncio") ? settings.warmSeconds() : PEER_WARM_SECONDS;
        try {
            Sample sample = load(profile, proxy, seconds);
            if (sample.completed() > 0) {
                return true;
            }
            remark(profile, "skipped, " + proxy + " does not answer: " + sample.trouble());
        } catch (IOException | RuntimeException e) {
            remark(profile, "skipped, " + proxy + ": " + e.getMessage());
        }
        return false;
    }

    private boolean measure(Profile profile, String proxy) throws InterruptedException {
        ProcessTree tree = laboratory.server(proxy).tree();
        try {
            long before = tree.cpuMicros();
            Sample sample = load(profile, proxy, settings.seconds());
            var round = new Round(sample, tree.cpuMicros() - before, tree.residentBytes());
            figures.get(profile).add(proxy, round);
            System.out.println(Table.line(profile, proxy, round));
            if (!sample.trouble().isEmpty()) {
                remark(profile, proxy + ": " + sample.trouble());
            }
            return true;
        } catch (IOException | RuntimeException e) {
            figures.get(profile).drop(proxy);
            remark(profile, "no figures of " + proxy + ": " + e.getMessage());
            return false;
        }
    }

    private Sample load(Profile profile, String proxy, int seconds)
            throws IOException, InterruptedException {
        int port = laboratory.server(proxy).port(profile);
        return load.run(profile, port, seconds, PEER_WARM_SECONDS, rate);
    }

    private void remark(Profile profile, String sentence) {
        remarks.add(profile.text() + ": " + sentence);
        System.out.println(remarks.getLast());
    }
}
