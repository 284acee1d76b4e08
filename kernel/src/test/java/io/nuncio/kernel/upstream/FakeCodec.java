package io.nuncio.kernel.upstream;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.ClientCodecTemplate;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.ServerCodecTemplate;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// A client codec that the test speaks through: `garbage` breaks the protocol, `200`, `503` and
/// `close` complete the response, `part` begins one, and the end of the connection completes a
/// response that `until-close` began.
final class FakeCodec implements ClientCodec, RequestSender, StreamControl {
    private final ClientCodec.Callbacks callbacks;
    private @Nullable ResponseReceiver receiver;
    private StreamControl.@Nullable Callbacks streamCallbacks;
    private boolean untilClose;
    int disabled;

    FakeCodec(ClientCodec.Callbacks callbacks) {
        this.callbacks = callbacks;
    }

    static Codecs factory() {
        return new Codecs() {
            @Override
            public ServerCodecTemplate server(
                    CodecConfig config, FactoryContext context, String field) {
                throw new AssertionError("not needed here");
            }

            @Override
            public ClientCodecTemplate client(
                    CodecConfig config, FactoryContext context, String field) {
                if (config.type() == CodecConfig.Type.HTTP2) {
                    return (connection, callbacks) -> {
                        var codec = new FakeHttp2Codec(callbacks);
                        ((FakeConnection) connection).http2 = codec;
                        return codec;
                    };
                }
                return (connection, callbacks) -> {
                    var codec = new FakeCodec(callbacks);
                    ((FakeConnection) connection).codec = codec;
                    return codec;
                };
            }
        };
    }

    /// A stream is under way.
    boolean busy() {
        return receiver != null;
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        String text = data.toString(java.nio.charset.StandardCharsets.US_ASCII);
        data.clear();
        if (receiver == null) {
            int status = text.equals("408") ? 408 : 0;
            return new CodecError(CodecError.Kind.PREMATURE_RESPONSE, "no request", status);
        }
        switch (text) {
            case "200", "503" -> complete(Integer.parseInt(text), true);
            case "close" -> complete(200, false);
            case "part" -> receiver.onHeaders(ResponseHeaders.of(200), false);
            case "until-close" -> {
                untilClose = true;
                receiver.onHeaders(ResponseHeaders.of(200), false);
            }
            default -> {
                return new CodecError(CodecError.Kind.PROTOCOL_ERROR, text);
            }
        }
        return null;
    }

    private void complete(int status, boolean reusable) {
        ResponseReceiver to = receiver;
        to.onHeaders(ResponseHeaders.of(status), true);
        receiver = null;
        callbacks.onResponseComplete(reusable);
    }

    @Override
    public void onEndOfStream() {
        if (untilClose) {
            ResponseReceiver to = receiver;
            to.onData(new Buffer(), true);
            receiver = null;
            callbacks.onResponseComplete(false);
        }
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP11;
    }

    @Override
    public RequestSender newStream(ResponseReceiver to) {
        if (receiver != null) {
            throw new AssertionError("a stream is under way");
        }
        receiver = to;
        return this;
    }

    @Override
    public void goAway() {}

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (streamCallbacks != null) {
            streamCallbacks.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (streamCallbacks != null) {
            streamCallbacks.onBelowWriteBufferLowWatermark();
        }
    }

    @Override
    public void headers(RequestHeaders headers, boolean endStream) {}

    @Override
    public void data(Buffer data, boolean endStream) {
        data.clear();
    }

    @Override
    public void trailers(Trailers trailers) {}

    @Override
    public StreamControl control() {
        return this;
    }

    @Override
    public void callbacks(StreamControl.@Nullable Callbacks user) {
        streamCallbacks = user;
    }

    @Override
    public void reset(ResetReason reason) {}

    @Override
    public void readDisable(boolean disable) {
        disabled += disable ? 1 : -1;
    }

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
