import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What to measure, and for how long: the command line.
final class Settings {
    static final String HELP =
            """
            benchmarks/run [OPTION VALUE ...]: CPU time per request of nginx, HAProxy and Nuncio, one worker each pinned on
            one core, load generator and upstream on the other.

              --profiles NAME,..   default: all
              --proxies NAME,..    nginx,haproxy,nuncio
              --rounds N           3; each measures every proxy once
              --seconds N          6; of one measurement
              --warm N             10; seconds of load on Nuncio before a profile's first round (peers: one)
              --rate N             of the profile `rate`, requests per second; default: 70%% of what the slowest proxy reached
              --proxy-core N       0
              --load-core N        1
              --nuncio FOLDER      distribution/target/nuncio
              --report             writes docs/reports/DATE-benchmarks.md and .json
              --self-test          proves the arithmetic in a few seconds, measures nothing

            Profiles:
            %s\
            """
                    .formatted(Profile.help());

    private static final List<String> NAMES =
            List.of(
                    "--profiles",
                    "--proxies",
                    "--rounds",
                    "--seconds",
                    "--warm",
                    "--rate",
                    "--proxy-core",
                    "--load-core",
                    "--nuncio");

    private final Path home;
    private final Map<String, String> given = new TreeMap<>();

    /// @param home the folder `benchmarks`
    /// @throws IllegalArgumentException with the sentence for the person
    Settings(Path home, List<String> arguments) {
        this.home = home;
        for (Iterator<String> left = arguments.iterator(); left.hasNext(); ) {
            String name = left.next();
            if (name.equals("--report")) {
                given.put(name, "yes");
            } else if (NAMES.contains(name) && left.hasNext()) {
                given.put(name, left.next());
            } else {
                throw new IllegalArgumentException(
                        "no option `" + name + "` with a value; see --help");
            }
        }
    }

    Path home() {
        return home;
    }

    Path root() {
        return home.resolve("..").normalize();
    }

    List<Profile> profiles() {
        String names = given.getOrDefault("--profiles", "");
        return names.isEmpty()
                ? List.of(Profile.values())
                : Arrays.stream(names.split(",")).map(Profile::of).toList();
    }

    List<String> proxies() {
        List<String> names =
                List.of(given.getOrDefault("--proxies", "nginx,haproxy,nuncio").split(","));
        if (!List.of("nginx", "haproxy", "nuncio").containsAll(names)) {
            throw new IllegalArgumentException(
                    "--proxies: was " + names + ", expected some of nginx,haproxy,nuncio");
        }
        return names;
    }

    int rounds() {
        return number("--rounds", 3, 1, 50);
    }

    int seconds() {
        return number("--seconds", 6, 1, 60);
    }

    int warmSeconds() {
        return number("--warm", 10, 1, 120);
    }

    /// 0: to be found out.
    int rate() {
        return number("--rate", 0, 0, 1_000_000);
    }

    int proxyCore() {
        return number("--proxy-core", 0, 0, 1023);
    }

    int loadCore() {
        return number("--load-core", 1, 0, 1023);
    }

    Path nuncio() {
        String folder = given.get("--nuncio");
        return folder == null ? root().resolve("distribution/target/nuncio") : Path.of(folder);
    }

    boolean report() {
        return given.containsKey("--report");
    }

    private int number(String name, int otherwise, int least, int most) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("\\d{1,7}")
                || Integer.parseInt(text) < least
                || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(
                    "%s: was %s, expected a whole number from %d to %d"
                            .formatted(name, text, least, most));
        }
        return Integer.parseInt(text);
    }
}
