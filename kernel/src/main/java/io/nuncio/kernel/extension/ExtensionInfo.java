package io.nuncio.kernel.extension;

import io.nuncio.spi.Category;

import java.util.List;

/// What a bundle's manifest says about one of its extensions.
///
/// @param types full names of the configuration messages that select it, without a type URL's
///   prefix
/// @param status `stable`, `alpha` or `wip`
/// @param securityPosture whom it may face, in Envoy's words
/// @param implementation the class of the factory
public record ExtensionInfo(
        Category category,
        String name,
        List<String> types,
        String status,
        String securityPosture,
        String implementation) {
    public ExtensionInfo {
        types = List.copyOf(types);
    }
}
