package io.nuncio.testkit;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// The last filter of a chain, in the place of the router: keeps the request as the filters before
/// it left it, and answers when the test says so.
public final class FakeRequestEnd implements HttpFilterTemplate {
    private final CountedBuffers buffers;
    private @Nullable Stream stream;
    private @Nullable RequestHeaders headers;
    private final StringBuilder body = new StringBuilder();
    private @Nullable Trailers trailers;
    private boolean ended;
    private boolean destroyed;
    private long bodyLength;

    public FakeRequestEnd() {
        this(new CountedBuffers());
    }

    /// @param buffers makes the pieces of the response's body
    public FakeRequestEnd(CountedBuffers buffers) {
        this.buffers = buffers;
    }

    @Override
    public boolean terminal() {
        return true;
    }

    @Override
    public HttpFilter create(Stream given) {
        stream = given;
        return new End();
    }

    /// True once the request's headers came.
    public boolean reached() {
        return headers != null;
    }

    /// The headers as they came.
    public RequestHeaders headers() {
        if (headers == null) {
            throw new AssertionError("the request did not come through the filters");
        }
        return headers;
    }

    /// The first value of a header, null if it did not come.
    public @Nullable String header(String name) {
        return headers().get(HeaderName.of(name));
    }

    public String body() {
        return body.toString();
    }

    /// How many bytes of body came.
    public long bodyLength() {
        return bodyLength;
    }

    public @Nullable Trailers trailers() {
        return trailers;
    }

    /// True once the whole request came.
    public boolean ended() {
        return ended;
    }

    /// True if the stream is over.
    public boolean destroyed() {
        return destroyed;
    }

    /// A response of headers alone; each header as `name: value`.
    public void respond(int status, String... more) {
        respond(status, true, more);
    }

    /// The head of a response.
    public void respond(int status, boolean endStream, String... more) {
        ResponseHeaders response = ResponseHeaders.of(status);
        for (String line : more) {
            int colon = line.indexOf(':');
            response.add(
                    HeaderName.of(line.substring(0, colon)), line.substring(colon + 1).strip());
        }
        stream().respondHeaders(response, endStream, "via_upstream");
    }

    public void respondData(String text, boolean endStream) {
        stream().respondData(buffers.of(text), endStream);
    }

    /// An informational response before the response proper.
    public void respondInformational(int status) {
        stream().respondInformational(ResponseHeaders.of(status));
    }

    /// Takes the request more slowly than it comes (true), or as fast again.
    public void slow(boolean slow) {
        stream().pushBack(Direction.REQUEST, slow);
    }

    public void respondTrailers(Trailers last) {
        stream().respondTrailers(last);
    }

    private Stream stream() {
        if (stream == null) {
            throw new AssertionError("there is no stream yet");
        }
        return stream;
    }

    private final class End implements HttpFilter {
        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders given, boolean endStream) {
            headers = RequestHeaders.copyOf(given);
            ended = endStream;
            return HeadersOutcome.PAUSE;
        }

        @Override
        public DataOutcome onRequestData(Buffer data, boolean endStream) {
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            bodyLength += data.length();
            ended |= endStream;
            return DataOutcome.DROP;
        }

        @Override
        public TrailersOutcome onRequestTrailers(Trailers given) {
            trailers = Trailers.copyOf(given);
            ended = true;
            return TrailersOutcome.PAUSE;
        }

        @Override
        public void onDestroy() {
            destroyed = true;
        }
    }
}
