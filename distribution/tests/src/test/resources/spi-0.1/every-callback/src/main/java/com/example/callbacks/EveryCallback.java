package com.example.callbacks;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Counter;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Default;
import io.nuncio.spi.Direction;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// Does a little in every callback: denies a path, waits with a timer, tells the upstream how long
/// the body is, and the downstream what came by.
@Extension(name = "com.example.every_callback", type = "com.example.EveryCallback")
public final class EveryCallback implements HttpFilterFactory<EveryCallback.Config> {
    private static final HeaderName LENGTH = HeaderName.of("x-length");
    private static final HeaderName SEEN = HeaderName.of("x-seen");

    public record Config(@Default("/denied") String deny, @Default("1") int waitMs) {}

    @Override
    public HttpFilterTemplate configure(Config config, FactoryContext context) {
        if (config.waitMs() < 0) {
            context.problems().add("wait_ms", "expected 0 or more");
        }
        Counter denied = context.stats().counter("every_callback.denied");
        return stream -> new Filter(config, denied, stream);
    }

    private static final class Filter implements HttpFilter {
        private final Config config;
        private final Counter denied;
        private final Stream stream;
        private final Buffer body = new Buffer();
        private final Timer timer;
        private final StringBuilder seen = new StringBuilder();

        Filter(Config config, Counter denied, Stream stream) {
            this.config = config;
            this.denied = denied;
            this.stream = stream;
            this.timer = stream.timer(() -> stream.resume(Direction.REQUEST));
        }

        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            seen.append("headers");
            if (headers.path().startsWith(config.deny())) {
                denied.increment();
                return LocalReply.reply(403).details("denied").body("not this one");
            }
            if (endStream) {
                timer.arm(TimeUnit.MILLISECONDS.toNanos(config.waitMs()));
            }
            return HeadersOutcome.PAUSE;
        }

        @Override
        public DataOutcome onRequestData(Buffer data, boolean endStream) {
            seen.append(" data");
            data.moveTo(body);
            if (!endStream) {
                return DataOutcome.DROP;
            }
            tellLength();
            body.moveTo(data);
            return DataOutcome.CONTINUE;
        }

        @Override
        public TrailersOutcome onRequestTrailers(Trailers trailers) {
            seen.append(" trailers");
            tellLength();
            stream.inject(Direction.REQUEST, body, false);
            return TrailersOutcome.CONTINUE;
        }

        private void tellLength() {
            RequestHeaders headers = stream.requestHeaders();
            if (headers != null) {
                headers.setLong(LENGTH, body.length());
            }
        }

        @Override
        public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
            headers.set(SEEN, seen.toString());
            headers.remove(HeaderName.CONTENT_LENGTH);
            return HeadersOutcome.CONTINUE;
        }

        @Override
        public DataOutcome onResponseData(Buffer data, boolean endStream) {
            if (endStream) {
                data.append(" from " + stream.info().protocol());
                data.append(new byte[] {'!'});
            }
            return data.toString(StandardCharsets.UTF_8, 1).isEmpty() && !endStream
                    ? DataOutcome.DROP
                    : DataOutcome.CONTINUE;
        }

        @Override
        public void onDestroy() {
            body.clear();
        }
    }
}
