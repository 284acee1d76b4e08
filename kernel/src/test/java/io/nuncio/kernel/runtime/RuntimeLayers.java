package io.nuncio.kernel.runtime;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;

import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Runtimes of static layers in YAML, for tests.
public final class RuntimeLayers {
    private RuntimeLayers() {}

    /// @param layers the values of each, the last wins
    public static RuntimeValues of(String... layers) {
        Problems problems = new Problems();
        RuntimeValues runtime = of(problems, StatsStore.detached().root(), layers);
        if (!problems.none()) {
            throw new IllegalArgumentException(problems.all().toString());
        }
        return runtime;
    }

    private static RuntimeLoader of(Problems problems, StatsScope stats, String... layers) {
        var message = io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime.newBuilder();
        for (String layer : layers) {
            Object tree = new Load(LoadSettings.builder().build()).loadFromString(layer);
            var added = message.addLayersBuilder().setName("layer " + message.getLayersCount());
            try {
                String json =
                        new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(tree);
                JsonFormat.parser().merge(json, added.getStaticLayerBuilder());
            } catch (InvalidProtocolBufferException
                    | com.fasterxml.jackson.core.JsonProcessingException wrong) {
                throw new AssertionError(layer, wrong);
            }
        }
        return new RuntimeLoader(message.build(), "", 0, problems, stats);
    }
}
