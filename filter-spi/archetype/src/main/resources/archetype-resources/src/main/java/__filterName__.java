package ${package};

import io.nuncio.spi.Counter;
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
@Extension(name = "${package}.${artifactId}", type = "${package}.${filterName}")
public final class ${filterName} implements HttpFilterFactory<${filterName}.Config> {
    /// What the configuration may say; a component without default is required.
    public record Config(@Default("x-greeting") String header, String value) {}

    /// Once per place in the configuration, on the main thread: what is wrong goes to
    /// `context.problems()`, what streams need is made here.
    @Override
    public HttpFilterTemplate configure(Config config, FactoryContext context) {
        if (config.value().isBlank()) {
            context.problems().add("value", "expected a text");
        }
        HeaderName header = HeaderName.of(config.header());
        Counter greeted = context.stats().counter("${artifactId}.greeted");
        return stream -> new Filter(header, config.value(), greeted);
    }

    /// Once per stream, on its worker.
    private record Filter(HeaderName header, String value, Counter greeted) implements HttpFilter {
        @Override
        public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
            headers.set(header, value);
            greeted.increment();
            return HeadersOutcome.CONTINUE;
        }
    }
}
