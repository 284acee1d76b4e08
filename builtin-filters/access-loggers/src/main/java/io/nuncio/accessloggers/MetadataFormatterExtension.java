package io.nuncio.accessloggers;

import io.envoyproxy.envoy.extensions.formatter.metadata.v3.Metadata;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatCommands;
import io.nuncio.spi.FormatterFactory;

/// Adds nothing: formats know METADATA by themselves, as in Envoy, where older configurations name
/// this extension.
@Extension(
        name = "envoy.formatter.metadata",
        type = "envoy.extensions.formatter.metadata.v3.Metadata",
        category = Category.FORMATTER,
        securityPosture = "unknown")
public final class MetadataFormatterExtension implements FormatterFactory<Metadata> {
    @Override
    public FormatCommands configure(Metadata config, FactoryContext context) {
        return (name, argument, maxLength) -> null;
    }
}
