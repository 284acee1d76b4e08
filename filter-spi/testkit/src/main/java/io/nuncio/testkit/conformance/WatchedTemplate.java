package io.nuncio.testkit.conformance;

import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.Stream;

import org.jspecify.annotations.Nullable;

/// The template under test, each of whose filters is watched.
final class WatchedTemplate implements HttpFilterTemplate {
    private final HttpFilterTemplate template;
    private final Findings findings;
    private final @Nullable Moment reset;
    private @Nullable Watch latest;

    /// @param reset the callback as which ends the stream is reset, null for none
    WatchedTemplate(HttpFilterTemplate template, Findings findings, @Nullable Moment reset) {
        this.template = template;
        this.findings = findings;
        this.reset = reset;
    }

    /// What was seen of the filter made last; null if none was made since the last call.
    @Nullable Watch takeLatest() {
        Watch watch = latest;
        latest = null;
        return watch;
    }

    @Override
    public HttpFilter create(Stream stream) {
        var watch = new Watch(findings);
        latest = watch;
        var watched = new WatchedStream(stream, watch);
        HttpFilter filter = watch.call("HttpFilterTemplate.create", () -> template.create(watched));
        return new WatchedFilter(filter, stream, watch, reset);
    }

    @Override
    public boolean terminal() {
        return template.terminal();
    }

    @Override
    public void close() {
        template.close();
    }
}
