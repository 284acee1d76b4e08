package io.nuncio.kernel.admin;

import com.google.protobuf.Message;

import java.util.function.Supplier;

/// A part of `/config_dump`. Parts are shown in the order of their keys.
///
/// @param key Envoy's: `bootstrap`, `clusters`, `endpoint`, `listeners`, `routes`, `secrets` ...;
///   the part `endpoint` is shown on request only
/// @param dump such as a `ClustersConfigDump`; main thread
public record ConfigSection(String key, Supplier<? extends Message> dump) {
    static final String ENDPOINTS = "endpoint";
}
