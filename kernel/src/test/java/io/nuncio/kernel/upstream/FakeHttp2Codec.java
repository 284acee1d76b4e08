package io.nuncio.kernel.upstream;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A client codec with many streams that the test speaks through. It refuses what the contract does
/// not allow: streams after GOAWAY, and more at once than the host has said.
final class FakeHttp2Codec implements ClientCodec {
    /// All streams, those that have ended among them.
    final List<Stream> streams = new ArrayList<>();

    private final ClientCodec.Callbacks callbacks;
    private long allowed = Long.MAX_VALUE;
    private boolean goneAway;

    FakeHttp2Codec(ClientCodec.Callbacks callbacks) {
        this.callbacks = callbacks;
    }

    Stream stream(int index) {
        return streams.get(index);
    }

    /// The host says how many streams it takes at once.
    void maxConcurrentStreams(long count) {
        allowed = count;
        callbacks.onMaxConcurrentStreams(count);
    }

    /// The host takes no more streams, and has not looked at those from `refused` on.
    void goAway(int refused) {
        goneAway = true;
        callbacks.onGoAway();
        for (Stream stream : List.copyOf(streams.subList(refused, streams.size()))) {
            stream.resetByHost(ResetReason.REMOTE_REFUSED_STREAM_RESET);
        }
    }

    List<Stream> unanswered() {
        return streams.stream()
                .filter(stream -> !stream.ended && !stream.responseComplete)
                .toList();
    }

    long open() {
        return streams.stream().filter(stream -> !stream.ended).count();
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        String text = data.toString(StandardCharsets.US_ASCII);
        data.clear();
        return new CodecError(CodecError.Kind.PROTOCOL_ERROR, text);
    }

    @Override
    public void onEndOfStream() {}

    @Override
    public Protocol protocol() {
        return Protocol.HTTP2;
    }

    @Override
    public RequestSender newStream(ResponseReceiver receiver) {
        if (goneAway || open() >= allowed) {
            throw new AssertionError("the host takes no more streams");
        }
        var stream = new Stream(receiver);
        streams.add(stream);
        return stream;
    }

    @Override
    public void goAway() {}

    @Override
    public void onAboveWriteBufferHighWatermark() {
        for (Stream stream : streams) {
            if (stream.user != null) {
                stream.user.onAboveWriteBufferHighWatermark();
            }
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        for (Stream stream : streams) {
            if (stream.user != null) {
                stream.user.onBelowWriteBufferLowWatermark();
            }
        }
    }

    /// One stream, with the host's side of it.
    static final class Stream implements RequestSender, StreamControl {
        private final ResponseReceiver receiver;
        private StreamControl.@Nullable Callbacks user;
        private boolean requestComplete;
        private boolean responseComplete;
        private boolean ended;
        @Nullable ResetReason resetByUser;

        Stream(ResponseReceiver receiver) {
            this.receiver = receiver;
        }

        void answer(int status) {
            responseEnds();
            receiver.onHeaders(ResponseHeaders.of(status), true);
        }

        void begin(int status) {
            receiver.onHeaders(ResponseHeaders.of(status), false);
        }

        void body(String text, boolean endStream) {
            if (endStream) {
                responseEnds();
            }
            receiver.onData(Buffer.copyOf(text), endStream);
        }

        void end(Trailers trailers) {
            responseEnds();
            receiver.onTrailers(trailers);
        }

        void resetByHost(ResetReason reason) {
            if (!ended) {
                ended = true;
                if (user != null) {
                    user.onReset(reason, "");
                }
            }
        }

        private void responseEnds() {
            responseComplete = true;
            ended = requestComplete;
        }

        private void requestEnds(boolean end) {
            requestComplete |= end;
            ended |= requestComplete && responseComplete;
        }

        @Override
        public void headers(RequestHeaders headers, boolean endStream) {
            requestEnds(endStream);
        }

        @Override
        public void data(Buffer data, boolean endStream) {
            data.clear();
            requestEnds(endStream);
        }

        @Override
        public void trailers(Trailers trailers) {
            requestEnds(true);
        }

        @Override
        public StreamControl control() {
            return this;
        }

        @Override
        public void callbacks(StreamControl.@Nullable Callbacks told) {
            user = told;
        }

        @Override
        public void reset(ResetReason reason) {
            if (!ended) {
                ended = true;
                resetByUser = reason;
            }
        }

        @Override
        public void readDisable(boolean disable) {}

        @Override
        public int bufferLimit() {
            return 0;
        }

        @Override
        public void bufferLimit(int bytes) {}

        @Override
        public String details() {
            return "";
        }
    }
}
