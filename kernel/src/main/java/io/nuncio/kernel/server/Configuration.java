package io.nuncio.kernel.server;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.BuildVersion;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.type.v3.SemanticVersion;
import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.config.ConfigSource;
import io.nuncio.kernel.config.LoadOptions;
import io.nuncio.kernel.config.LoadResult;
import io.nuncio.kernel.extension.ExtensionRegistry;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads the bootstrap that the command line names, and says who this proxy is.
final class Configuration {
    private Configuration() {}

    /// Loads, binds and checks; problems are in the result.
    ///
    /// @throws StartFailure if the file cannot be read
    static LoadResult<Bootstrap> load(Options options, ExtensionRegistry registry)
            throws StartFailure {
        List<ConfigSource> sources = new ArrayList<>();
        Path path = options.configPath();
        if (path != null) {
            sources.add(file(path));
        }
        if (!options.configYaml().isEmpty()) {
            sources.add(ConfigSource.yaml("--config-yaml", options.configYaml()));
        }
        LoadOptions how =
                options.allowUnknownStaticFields()
                        ? LoadOptions.DEFAULT.withUnknownFieldsAllowed()
                        : LoadOptions.DEFAULT;
        return new ConfigLoader(registry.messages(), ConfigLoader.kernelFields())
                .load(sources, registry, how);
    }

    private static ConfigSource file(Path path) throws StartFailure {
        try {
            if (Files.isDirectory(path)) {
                throw new StartFailure("cannot read " + path + ": is a folder");
            }
            return ConfigSource.file(path);
        } catch (NoSuchFileException e) {
            throw new StartFailure("cannot read " + path + ": no such file");
        } catch (AccessDeniedException e) {
            throw new StartFailure("cannot read " + path + ": permission denied");
        } catch (IOException e) {
            throw new StartFailure("cannot read " + path + ": " + e.getMessage());
        }
    }

    /// The bootstrap's node with what the command line says, and with what this software is.
    static Node node(Bootstrap bootstrap, Options options) {
        Node.Builder node = bootstrap.getNode().toBuilder();
        if (!options.serviceCluster().isEmpty()) {
            node.setCluster(options.serviceCluster());
        }
        if (!options.serviceNode().isEmpty()) {
            node.setId(options.serviceNode());
        }
        if (!options.serviceZone().isEmpty()) {
            node.getLocalityBuilder().setZone(options.serviceZone());
        }
        String[] version = Version.ENVOY_API.split("\\.");
        return node.setUserAgentName("envoy")
                .setUserAgentBuildVersion(
                        BuildVersion.newBuilder()
                                .setVersion(
                                        SemanticVersion.newBuilder()
                                                .setMajorNumber(Integer.parseInt(version[0]))
                                                .setMinorNumber(Integer.parseInt(version[1]))
                                                .setPatch(Integer.parseInt(version[2])))
                                .setMetadata(
                                        com.google.protobuf.Struct.newBuilder()
                                                .putFields(
                                                        "nuncio.version",
                                                        com.google.protobuf.Value.newBuilder()
                                                                .setStringValue(Version.NUNCIO)
                                                                .build())))
                .build();
    }
}
