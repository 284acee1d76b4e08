import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// All rounds of one profile, by proxy, and what follows from them.
final class Figures {
    private final Map<String, List<Round>> rounds = new LinkedHashMap<>();
    private final ToDoubleFunction<Round> yardstick;

    /// @param yardstick the figure by which proxies are compared, the lower the better
    Figures(ToDoubleFunction<Round> yardstick) {
        this.yardstick = yardstick;
    }

    void add(String proxy, Round round) {
        rounds.computeIfAbsent(proxy, _ -> new ArrayList<>()).add(round);
    }

    /// A proxy that failed in one round has no figures at all.
    void drop(String proxy) {
        rounds.remove(proxy);
    }

    Map<String, List<Round>> rounds() {
        return rounds;
    }

    double median(String proxy, ToDoubleFunction<Round> figure) {
        return middle(rounds.get(proxy).stream().mapToDouble(figure).toArray());
    }

    /// The proxy other than the given one whose median is the lowest.
    Optional<String> betterPeer(String proxy) {
        return rounds.keySet().stream()
                .filter(name -> !name.equals(proxy))
                .min(Comparator.comparingDouble(name -> median(name, yardstick)));
    }

    /// The median of the ratios to the better peer, each within one round: what a noisy machine
    /// does to one it mostly does to the other.
    Optional<Double> ratio(String proxy) {
        Optional<String> peer = betterPeer(proxy);
        if (peer.isEmpty() || !rounds.containsKey(proxy)) {
            return Optional.empty();
        }
        List<Round> own = rounds.get(proxy);
        List<Round> others = rounds.get(peer.get());
        double[] ratios = new double[own.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] =
                    yardstick.applyAsDouble(own.get(i)) / yardstick.applyAsDouble(others.get(i));
        }
        return Optional.of(middle(ratios));
    }

    static double middle(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
