package io.nuncio.kernel.secret;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Counter;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.SecretSource;
import io.nuncio.spi.host.Subscription;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// SDS: one secret from a subscription, for all who use it; they close it together. The files that
/// it names are read anew when they become others. Thread: main.
final class DiscoveredSecret implements ResourceWatcher<Secret> {
    private static final Logger LOG = LoggerFactory.getLogger("secret");

    private final String name;
    private final Secret.TypeCase type;
    private final SecretFiles files;
    private final StatsScope stats;
    private final Counter keyRotationFailed;
    private final Runnable whenUnused;
    private final Set<Use> uses = new LinkedHashSet<>();
    private final List<InitTarget> waiting = new ArrayList<>();
    private @Nullable Subscription subscription;
    private boolean started;
    private boolean answered;
    private String failure = "";

    /// The newest that nobody refused, and the newest that came.
    private @Nullable Secret current;

    private @Nullable Secret newest;
    private String version = "uninitialized";
    private long updatedMillis = System.currentTimeMillis();

    /// @param stats `sds.<name>.`
    /// @param whenUnused run once, when the last use is closed
    DiscoveredSecret(
            String name,
            Secret.TypeCase type,
            FileWatcher watcher,
            StatsScope stats,
            Runnable whenUnused) {
        this.name = name;
        this.type = type;
        this.files = new SecretFiles(watcher, this::onFilesChanged);
        this.stats = stats;
        this.whenUnused = whenUnused;
        keyRotationFailed = stats.counter("key_rotation_failed");
    }

    void from(Subscription source) {
        subscription = source;
    }

    String name() {
        return name;
    }

    @Nullable Secret current() {
        return current;
    }

    String version() {
        return version;
    }

    long updatedMillis() {
        return updatedMillis;
    }

    /// One more who uses it, and who waits for it.
    SecretSource use(InitTargets waits) {
        Use use = new Use();
        uses.add(use);
        waits.add("SdsApi " + name, this::begin);
        return use;
    }

    private void begin(InitTarget target) {
        if (answered) {
            finish(target);
            return;
        }
        Subscription source = subscription;
        if (source == null) {
            target.failed("it is not used any more");
            return;
        }
        target.waitingFor(source.source(), 0);
        waiting.add(target);
        if (!started) {
            started = true;
            source.start(Set.of(name));
        }
    }

    private void finish(InitTarget target) {
        if (failure.isEmpty()) {
            target.ready();
        } else {
            target.failed(failure);
        }
    }

    private void answered(String why) {
        answered = true;
        failure = why;
        List<InitTarget> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(this::finish);
    }

    @Override
    public void onUpdate(ResourceUpdate<Secret> update) {
        int count = update.resources().size();
        if (count != 1) {
            String what =
                    count == 0
                            ? "Missing SDS resources for " + name + " in onConfigUpdate()"
                            : "Unexpected SDS secrets length: " + count;
            update.problems().add("resources", what);
            answered(current == null ? what : "");
            return;
        }
        ResourceUpdate.Entry<Secret> entry = update.resources().getFirst();
        if (entry.message().getTypeCase() != type) {
            entry.problems()
                    .at("")
                    .expected(SecretManager.field(type))
                    .found(SecretManager.field(entry.message().getTypeCase()));
        } else if (take(entry.message(), entry.problems())) {
            version = entry.version();
        }
        answered(current == null ? firstError(entry.problems()) : "");
    }

    /// @return false if it is refused; then the one before goes on
    private boolean take(Secret secret, Problems problems) {
        newest = secret;
        if (secret.equals(current)) {
            return true; // its files have their own watch
        }
        files.follow(secret, true);
        if (!tell(secret, problems)) {
            Secret before = current;
            if (before != null) {
                files.follow(before, true);
                newest = before;
            }
            return false;
        }
        accept(secret);
        return true;
    }

    private void accept(Secret secret) {
        current = secret;
        updatedMillis = System.currentTimeMillis();
        LOG.debug("sds: secret {} is updated", name);
    }

    private boolean tell(Secret secret, Problems problems) {
        Problems content = problems.in(SecretManager.field(type));
        long before = errors(problems);
        for (Use use : List.copyOf(uses)) {
            use.tell(secret, content);
        }
        return errors(problems) == before;
    }

    private void onFilesChanged() {
        Secret secret = newest;
        if (secret == null) {
            return;
        }
        Problems problems = new Problems();
        if (tell(secret, problems)) {
            accept(secret);
            answered("");
        } else {
            keyRotationFailed.increment();
            problems.all().forEach(problem -> LOG.warn("sds: secret {}: {}", name, problem));
        }
    }

    private static long errors(Problems problems) {
        return problems.all().stream().filter(problem -> !problem.warning()).count();
    }

    private static String firstError(Problems problems) {
        return problems.all().stream()
                .filter(problem -> !problem.warning())
                .map(Problems.Problem::toString)
                .findFirst()
                .orElse("");
    }

    @Override
    public void onFetchFailed() {
        answered("no secret came");
    }

    private void closed(Use use) {
        if (!uses.remove(use) || !uses.isEmpty()) {
            return;
        }
        whenUnused.run();
        files.close();
        Subscription source = subscription;
        if (source != null) {
            subscription = null;
            source.close();
        }
        stats.close();
    }

    /// One who uses the secret.
    private final class Use implements SecretSource {
        private @Nullable Watcher watcher;

        void tell(Secret secret, Problems problems) {
            Watcher told = watcher;
            if (told != null) {
                told.onChange(secret, problems);
            }
        }

        @Override
        public @Nullable Secret current() {
            return current;
        }

        @Override
        public void watch(Watcher told) {
            watcher = told;
        }

        @Override
        public void close() {
            watcher = null;
            closed(this);
        }
    }
}
