import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// `java Benchmarks.java HOME [OPTION VALUE ...]`; `benchmarks/run` calls it.
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        List<String> options = Arrays.asList(arguments).subList(1, arguments.length);
        if (options.contains("--help")) {
            System.out.print(Settings.HELP);
            return;
        }
        if (options.contains("--self-test")) {
            SelfTest.run();
            return;
        }
        try {
            var settings = new Settings(Path.of(arguments[0]), options);
            String missing = missing(settings);
            if (missing.isEmpty()) {
                run(settings);
                return;
            }
            System.err.println(missing);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmarks/run: " + e.getMessage());
        }
        System.exit(1);
    }

    private static String missing(Settings settings) {
        List<String> programs = Commands.missing(Profile.tools());
        if (!programs.isEmpty()) {
            return "benchmarks/run: needs "
                    + String.join(", ", programs)
                    + "; on Debian: apt-get install wrk nghttp2-client nginx haproxy openssl"
                    + " util-linux";
        }
        if (!Files.isExecutable(settings.nuncio().resolve("bin/nuncio"))) {
            return "benchmarks/run: nothing at "
                    + settings.nuncio()
                    + "; build it: mvn -q -Dmaven.test.skip=true package";
        }
        return "";
    }

    private static void run(Settings settings) throws Exception {
        // Read before anything starts, so that a mistake costs no time.
        settings.profiles();
        settings.proxies();
        var laboratory = new Laboratory(settings);
        // Also when somebody ends this process early.
        Thread end = new Thread(laboratory::close);
        Runtime.getRuntime().addShutdownHook(end);
        var campaign = new Campaign(settings, laboratory);
        campaign.run();
        System.out.println();
        System.out.print(Table.markdown(campaign.figures()));
        campaign.remarks().forEach(System.out::println);
        if (settings.report()) {
            new Report(settings, campaign).write();
        }
    }
}
