package io.nuncio.kernel.admin;

import io.envoyproxy.envoy.admin.v3.Clusters;

import java.util.function.Supplier;

/// What `/clusters` shows. Thread: main.
public record ClustersView(Supplier<String> text, Supplier<Clusters> message) {}
