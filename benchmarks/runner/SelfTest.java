import com.sun.net.httpserver.HttpServer;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Proves the arithmetic with made-up figures and the measuring with a made-up process. Says
/// nothing about speed.
final class SelfTest {
    private static final int RATE = 200;

    /// A shell in a shell, which uses some CPU time, prints its own account of it, and waits.
    private static final String FAKE_PROXY =
            """
            sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; times; read end'
            exit
            """;

    private static final Pattern OWN_ACCOUNT =
            Pattern.compile("(\\d+)m([\\d.]+)s (\\d+)m([\\d.]+)s");

    private SelfTest() {}

    static void run() throws IOException, InterruptedException {
        cpuPerRequestIsTimeOverAnswers();
        theRatioIsTheMedianOfRatiosWithinARound();
        theCpuTimeOfAGrandchildCounts();
        whatTheGeneratorsPrintIsRead();
        aFixedRateSendsWhatItsScheduleSays();
        System.out.println("self-test passed");
    }

    private static void cpuPerRequestIsTimeOverAnswers() {
        equal(20.0, round(2_000_000, 100_000).cpuPerRequest(), "2 s for 100,000 answers");
        equal(true, Double.isNaN(round(2_000_000, 0).cpuPerRequest()), "no answers, no figure");
    }

    private static void theRatioIsTheMedianOfRatiosWithinARound() {
        var figures = new Figures(Round::cpuPerRequest);
        for (int disturbance : new int[] {1, 3, 2}) {
            figures.add("nginx", round(2_500_000L * disturbance, 100_000));
            figures.add("haproxy", round(1_600_000L * disturbance, 100_000));
            figures.add("nuncio", round(2_000_000L * disturbance, 100_000));
        }
        equal(40.0, figures.median("nuncio", Round::cpuPerRequest), "median of 20, 60, 40");
        equal("haproxy", figures.betterPeer("nuncio").orElseThrow(), "the better peer");
        equal(1.25, figures.ratio("nuncio").orElseThrow(), "20 to 16 in each round");
        equal(2.5, Figures.middle(new double[] {4, 1, 2, 3}), "median of an even number");
        figures.drop("nuncio");
        equal(true, figures.ratio("nuncio").isEmpty(), "no ratio without figures");
    }

    private static void theCpuTimeOfAGrandchildCounts() throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", FAKE_PROXY).start();
        try (BufferedReader output = shell.inputReader()) {
            Matcher account = OWN_ACCOUNT.matcher(output.readLine());
            equal(true, account.matches(), "the shell's account of itself");
            long own = micros(account.group(2)) + micros(account.group(4));
            long measured = new ProcessTree(shell.toHandle()).cpuMicros();
            // Both are rounded to hundredths of a second.
            equal(true, Math.abs(measured - own) <= 50_000, measured + " µs, by itself " + own);
            equal(true, new ProcessTree(shell.toHandle()).residentBytes() > 0, "memory");
        } finally {
            Commands.end(shell);
        }
    }

    private static long micros(String seconds) {
        return Math.round(Double.parseDouble(seconds) * 1e6);
    }

    private static void whatTheGeneratorsPrintIsRead() {
        Sample wrk =
                Load.wrk(
                        """
                          Latency Distribution
                             50%    1.25ms
                             75%    2.00ms
                             90%    3.00ms
                             99%  950.00us
                          12345 requests in 1.00s, 2.00MB read
                          Non-2xx or 3xx responses: 7
                        Requests/sec:  12300.50
                        """);
        equal(
                new Sample(12_345, 12_300.5, 1_250, 950, "Non-2xx or 3xx responses: 7"),
                wrk,
                "what wrk prints");
        Sample h2load =
                Load.h2load(
                        """
                        finished in 1.00s, 1000.00 req/s, 1.00MB/s
                        requests: 1000 total, 1000 started, 1000 done, 990 succeeded, 10 failed, 0 errored, 0 timeout
                        status codes: 990 2xx, 0 3xx, 0 4xx, 10 5xx
                        """,
                        new long[] {30, 10, 20});
        equal(new Sample(990, 1000, 20, 20, "10 not 2xx, 10 failed"), h2load, "what h2load prints");
    }

    private static void aFixedRateSendsWhatItsScheduleSays() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 100);
        server.createContext(
                "/",
                exchange -> {
                    byte[] body = "ok".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        try {
            int port = server.getAddress().getPort();
            Sample sample = Load.fixedRate(FixedRate.run(port, "/", 4, RATE, 1, 1));
            equal(2L * RATE, sample.completed(), "answers in one second of warming and one more");
            equal("", sample.trouble(), "trouble");
        } finally {
            server.stop(0);
        }
    }

    private static Round round(long cpuMicros, long completed) {
        return new Round(new Sample(completed, completed, 0, 0, ""), cpuMicros, 0);
    }

    private static void equal(Object expected, Object found, String what) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }
}
