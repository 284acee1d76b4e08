package com.example.stamp;

import io.nuncio.spi.Default;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.ResponseHeaders;

/// Puts a header on every response.
@Extension(name = "com.example.header_stamp", type = "com.example.HeaderStamp")
public final class HeaderStamp implements HttpFilterFactory<HeaderStamp.Config> {
    /// What the configuration may say.
    public record Config(@Default("x-stamp") String header, String value) {}

    @Override
    public HttpFilterTemplate configure(Config config, FactoryContext context) {
        HeaderName header = HeaderName.of(config.header());
        return stream ->
                new HttpFilter() {
                    @Override
                    public HeadersOutcome onResponseHeaders(
                            ResponseHeaders headers, boolean endStream) {
                        headers.set(header, config.value());
                        return HeadersOutcome.CONTINUE;
                    }
                };
    }
}
