package io.nuncio.testkit;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.SecretSource;
import io.nuncio.spi.host.Secrets;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Secrets that the test delivers by name, whatever source a configuration gives them.
public final class FakeSecrets implements Secrets {
    private final Map<String, Secret> delivered = new HashMap<>();
    private final List<Use> uses = new ArrayList<>();

    /// A secret comes, or comes anew.
    ///
    /// @return what those who use it say is wrong with it, one line each
    public List<String> deliver(Secret secret) {
        Problems problems = new Problems();
        for (Use use : List.copyOf(uses)) {
            if (use.name.equals(secret.getName()) && use.watcher != null) {
                use.watcher.onChange(secret, problems);
            }
        }
        if (problems.none()) {
            delivered.put(secret.getName(), secret);
        }
        return problems.all().stream().map(Problems.Problem::toString).toList();
    }

    /// How many uses of secrets are not closed.
    public int open() {
        return uses.size();
    }

    /// One without `sds_config` must have been delivered before, as those of a bootstrap.
    @Override
    public @Nullable SecretSource find(
            SdsSecretConfig config, Secret.TypeCase type, FactoryContext context, String field) {
        Secret known = delivered.get(config.getName());
        if (known == null && !config.hasSdsConfig()) {
            context.problems().add(field, "Unknown static secret: " + config.getName());
            return null;
        }
        return new Use(config.getName(), null);
    }

    /// Told of a change by delivering a secret of its name.
    @Override
    public SecretSource inline(Secret secret) {
        return new Use(secret.getName(), secret);
    }

    private final class Use implements SecretSource {
        private final String name;
        private final @Nullable Secret inline;
        private @Nullable Watcher watcher;

        Use(String name, @Nullable Secret inline) {
            this.name = name;
            this.inline = inline;
            uses.add(this);
        }

        @Override
        public @Nullable Secret current() {
            return inline == null ? delivered.get(name) : inline;
        }

        @Override
        public void watch(Watcher told) {
            watcher = told;
        }

        @Override
        public void close() {
            uses.remove(this);
        }
    }
}
