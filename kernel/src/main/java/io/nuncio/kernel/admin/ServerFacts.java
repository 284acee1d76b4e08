package io.nuncio.kernel.admin;

import io.envoyproxy.envoy.admin.v3.CommandLineOptions;
import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.envoyproxy.envoy.config.core.v3.Node;

import java.time.Duration;
import java.util.function.Supplier;

/// What the server says about itself.
///
/// @param version Envoy's form: `<commit>/<version>/<state>/<type>/<library>`
public record ServerFacts(
        String version,
        CommandLineOptions options,
        Node node,
        Supplier<ServerInfo.State> state,
        Supplier<Duration> uptime) {}
