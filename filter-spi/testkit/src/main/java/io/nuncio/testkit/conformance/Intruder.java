package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import org.jspecify.annotations.Nullable;

/// A neighbour of the filter under test that does one thing at one moment.
///
/// @param action null from it means that the stream goes on
record Intruder(Moment moment, Action action) implements HttpFilterTemplate {
    /// What an intruder does.
    @FunctionalInterface
    interface Action {
        @Nullable LocalReply on(Stream stream);
    }

    static Intruder replying(Moment moment) {
        return new Intruder(
                moment, stream -> LocalReply.reply(503).body("no").details("neighbour"));
    }

    static Intruder resetting(Moment moment) {
        return new Intruder(
                moment,
                stream -> {
                    stream.reset();
                    return null;
                });
    }

    static Intruder clearingTheRoute(Moment moment) {
        return new Intruder(
                moment,
                stream -> {
                    stream.clearRoute();
                    return null;
                });
    }

    @Override
    public HttpFilter create(Stream stream) {
        return new Neighbour(stream);
    }

    private final class Neighbour implements HttpFilter {
        private final Stream stream;
        private boolean done;

        Neighbour(Stream stream) {
            this.stream = stream;
        }

        private @Nullable LocalReply at(Moment now) {
            if (now != moment || done) {
                return null;
            }
            done = true;
            return action.on(stream);
        }

        private HeadersOutcome headers(Moment now) {
            LocalReply reply = at(now);
            return reply == null ? HeadersOutcome.CONTINUE : reply;
        }

        private DataOutcome data(Moment now) {
            LocalReply reply = at(now);
            return reply == null ? DataOutcome.CONTINUE : reply;
        }

        private TrailersOutcome trailers(Moment now) {
            LocalReply reply = at(now);
            return reply == null ? TrailersOutcome.CONTINUE : reply;
        }

        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            return headers(Moment.REQUEST_HEADERS);
        }

        @Override
        public DataOutcome onRequestData(Buffer data, boolean endStream) {
            return data(Moment.REQUEST_DATA);
        }

        @Override
        public TrailersOutcome onRequestTrailers(Trailers trailers) {
            return trailers(Moment.REQUEST_TRAILERS);
        }

        @Override
        public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
            return headers(Moment.RESPONSE_HEADERS);
        }

        @Override
        public DataOutcome onResponseData(Buffer data, boolean endStream) {
            return data(Moment.RESPONSE_DATA);
        }

        @Override
        public TrailersOutcome onResponseTrailers(Trailers trailers) {
            return trailers(Moment.RESPONSE_TRAILERS);
        }
    }
}
