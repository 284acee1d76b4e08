package io.nuncio.testkit.conformance;

import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.testkit.HttpFilterHarness;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Runs an HTTP filter through the situations in which filters usually go wrong, on the real filter
/// manager, and tells which [Rule]s it breaks. One test is enough:
///
/// ```java
/// @Test
/// void keepsTheRulesOfTheSpi() {
///     HttpFilterConformance.of(new HeaderStamp(), new HeaderStamp.Config("x-stamp", "me")).check();
/// }
/// ```
///
/// Choose a configuration, and with [#header] requests, for which the filter does its work; call it
/// once for each way in which the filter works.
public final class HttpFilterConformance {
    private final Supplier<HttpFilterHarness> filter;
    private final List<String> headers = new ArrayList<>();
    private final Set<Rule> excepted = EnumSet.noneOf(Rule.class);
    private Consumer<HttpFilterHarness> whileWaiting = harness -> {};

    private HttpFilterConformance(Supplier<HttpFilterHarness> filter) {
        this.filter = filter;
    }

    /// The filter with this configuration: a message or a record.
    public static <C> HttpFilterConformance of(HttpFilterFactory<C> factory, C config) {
        return of(() -> HttpFilterHarness.of(factory, config));
    }

    /// The filter in a harness that the test has prepared: per-route configuration, runtime values,
    /// clusters.
    ///
    /// @param filter makes a new harness each time
    public static HttpFilterConformance of(Supplier<HttpFilterHarness> filter) {
        return new HttpFilterConformance(filter);
    }

    /// All requests carry this header, as `name: value`.
    public HttpFilterConformance header(String line) {
        headers.add(line);
        return this;
    }

    /// What the world does while the filter holds a stream back: answers its calls. Without it,
    /// calls find no cluster.
    public HttpFilterConformance whileWaiting(Consumer<HttpFilterHarness> world) {
        whileWaiting = world;
        return this;
    }

    /// Does not look for a rule.
    ///
    /// @param reason why the filter may break it, for those who read the test
    public HttpFilterConformance except(Rule rule, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("say why the filter may break " + rule);
        }
        excepted.add(rule);
        return this;
    }

    /// The rules that the filter breaks, each with the first situation in which it does.
    public List<Finding> findings() {
        var findings = new Findings(excepted);
        var situations =
                new Situations(
                        new Run.Setting(filter, List.copyOf(headers), whileWaiting, findings));
        situations.playAll();
        return findings.all();
    }

    /// @throws AssertionError if the filter breaks a rule; the message names each, and says what to
    ///   do
    public void check() {
        Findings.check(findings());
    }
}
