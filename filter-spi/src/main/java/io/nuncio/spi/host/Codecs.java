package io.nuncio.spi.host;

import io.nuncio.spi.FactoryContext;

import org.osgi.annotation.versioning.ProviderType;

/// Compiles codecs. Thread: main.
@ProviderType
public interface Codecs {
    /// @param context its statistics scope gets the codec's own (`http1.*`, `http2.*`); problems
    ///   are reported below `field`
    ServerCodecTemplate server(CodecConfig config, FactoryContext context, String field);

    /// The same towards an upstream.
    ClientCodecTemplate client(CodecConfig config, FactoryContext context, String field);
}
