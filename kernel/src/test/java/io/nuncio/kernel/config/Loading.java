package io.nuncio.kernel.config;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Shortcuts to load text in tests.
final class Loading {
    private Loading() {}

    /// Binds YAML to any message, without asking what is supported.
    static <M extends Message> LoadResult<M> yaml(M prototype, String yaml) {
        return loader().load(
                        prototype,
                        List.of(ConfigSource.yaml("test.yaml", yaml)),
                        NoExtensions.INSTANCE,
                        LoadOptions.DEFAULT.withoutSupportCheck());
    }

    static <M extends Message> LoadResult<M> json(M prototype, String json) {
        return loader().load(
                        prototype,
                        List.of(source("test.json", json, ConfigSource.Format.JSON)),
                        NoExtensions.INSTANCE,
                        LoadOptions.DEFAULT.withoutSupportCheck());
    }

    /// Loads a bootstrap as the server does, with the plain extensions installed.
    static LoadResult<Bootstrap> bootstrap(String yaml) {
        return bootstrap(LoadOptions.DEFAULT, ConfigSource.yaml("bad.yaml", yaml));
    }

    static LoadResult<Bootstrap> bootstrap(LoadOptions options, ConfigSource... sources) {
        return loader().load(List.of(sources), FakeExtensions.plain(), options);
    }

    static ConfigSource source(String name, String text, ConfigSource.Format format) {
        return new ConfigSource(name, text.getBytes(StandardCharsets.UTF_8), format);
    }

    /// A loader that supports every field of a bootstrap but three.
    static ConfigLoader loader() {
        FieldTable fields =
                FakeExtensions.everyField(
                        Bootstrap.getDescriptor(),
                        "envoy.config.bootstrap.v3.Bootstrap.watchdogs",
                        "envoy.config.listener.v3.Listener.udp_listener_config",
                        "envoy.config.cluster.v3.Cluster.track_cluster_stats");
        return new ConfigLoader(new Types(), fields);
    }

    /// The messages of all problems, one per line, without places.
    static String messages(LoadResult<?> result) {
        StringBuilder text = new StringBuilder();
        for (ConfigProblem problem : result.problems()) {
            text.append(problem.error() ? "" : "warning: ").append(problem.message()).append('\n');
        }
        return text.toString().stripTrailing();
    }
}
