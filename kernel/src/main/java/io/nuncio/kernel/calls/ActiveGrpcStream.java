package io.nuncio.kernel.calls;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallStream;
import io.nuncio.spi.GrpcMethod;
import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.GrpcStream;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// One gRPC call over one HTTP call: frames, and the status from wherever it is.
final class ActiveGrpcStream<Q extends MessageLite, R extends MessageLite>
        implements GrpcStream<Q>, CallReceiver {
    private static final Trailers NONE = new Trailers();

    private final ServiceClient client;
    private final GrpcMethod<Q, R> method;
    private final GrpcReceiver<R> receiver;
    private final GrpcFrames frames;
    private @Nullable CallStream call;
    private boolean headersSeen;
    private boolean over;

    ActiveGrpcStream(ServiceClient client, GrpcMethod<Q, R> method, GrpcReceiver<R> receiver) {
        this.client = client;
        this.method = method;
        this.receiver = receiver;
        this.frames = new GrpcFrames(client.maxReceiveMessageLength());
        ServiceStats stats = client.stats();
        if (stats != null) {
            stats.total().increment();
        }
    }

    void call(CallStream own) {
        call = own;
    }

    // The requests.

    @Override
    public void send(Q message) {
        sendFrame(message, false);
    }

    @Override
    public void sendLast(Q message) {
        sendFrame(message, true);
    }

    private void sendFrame(Q message, boolean last) {
        if (!over && call != null) {
            call.data(GrpcFrames.encode(message), last);
        }
    }

    @Override
    public void halfClose() {
        if (!over && call != null) {
            call.data(new Buffer(), true);
        }
    }

    @Override
    public void readDisable(boolean disable) {
        if (call != null) {
            call.readDisable(disable);
        }
    }

    @Override
    public boolean aboveWatermark() {
        return call != null && call.aboveWatermark();
    }

    @Override
    public void cancel() {
        if (!over) {
            over = true;
            frames.clear();
            if (call != null) {
                call.cancel();
            }
        }
    }

    // The responses.

    @Override
    public void onHeaders(ResponseHeaders headers, boolean endStream) {
        headersSeen = true;
        int http = headers.status();
        if (endStream && (http == 200 || headers.contains(HeaderName.GRPC_STATUS))) {
            close(status(headers), headers); // trailers only
        } else if (http != 200) {
            abort(GrpcStatus.fromHttp(http), "HTTP status " + http);
        } else {
            receiver.onInitialMetadata(headers);
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (over) {
            return;
        }
        frames.add(data);
        for (GrpcFrames.Found found = frames.next(); !over; found = frames.next()) {
            switch (found) {
                case MESSAGE -> onFrame(frames.take());
                case TOO_LONG -> {
                    abort(GrpcStatus.RESOURCE_EXHAUSTED, tooLong());
                    return;
                }
                case BAD_FLAG -> {
                    abort(GrpcStatus.INTERNAL, "a frame with an unknown flag");
                    return;
                }
                case INCOMPLETE -> {
                    if (endStream) {
                        abort(GrpcStatus.UNKNOWN, "the response ended without a status");
                    }
                    return;
                }
            }
        }
    }

    private String tooLong() {
        return "a message is longer than max_receive_message_length, "
                + client.maxReceiveMessageLength()
                + " bytes";
    }

    private void onFrame(byte[] frame) {
        R message;
        try {
            message = method.responses().parseFrom(frame);
        } catch (InvalidProtocolBufferException wrong) {
            abort(GrpcStatus.INTERNAL, "a message cannot be read: " + wrong.getMessage());
            return;
        }
        receiver.onMessage(message);
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (!over) {
            close(status(trailers), trailers);
        }
    }

    @Override
    public void onFailure(CallFailure failure) {
        if (over) {
            return;
        }
        if (headersSeen) {
            close(new GrpcStatus(GrpcStatus.INTERNAL, ""), NONE);
        } else {
            boolean deadline =
                    client.stats() != null && failure.reason() == CallFailure.Reason.TIMEOUT;
            close(
                    deadline
                            ? new GrpcStatus(GrpcStatus.DEADLINE_EXCEEDED, "Deadline Exceeded")
                            : new GrpcStatus(GrpcStatus.UNAVAILABLE, text(failure)),
                    NONE);
        }
    }

    private static String text(CallFailure failure) {
        return failure.reason() == CallFailure.Reason.NO_CLUSTER
                ? "Cluster not available"
                : failure.text();
    }

    @Override
    public void onAboveWatermark() {
        if (!over) {
            receiver.onAboveWatermark();
        }
    }

    @Override
    public void onBelowWatermark() {
        if (!over) {
            receiver.onBelowWatermark();
        }
    }

    private void abort(int code, String message) {
        if (call != null) {
            call.cancel();
        }
        close(new GrpcStatus(code, message), NONE);
    }

    private void close(GrpcStatus status, HeaderMap trailers) {
        over = true;
        frames.clear();
        ServiceStats stats = client.stats();
        if (stats != null) {
            stats.closed(status.code());
        }
        receiver.onClose(status, trailers);
    }

    private static GrpcStatus status(HeaderMap trailers) {
        String code = trailers.get(HeaderName.GRPC_STATUS);
        String message = decode(trailers.get(HeaderName.GRPC_MESSAGE, ""));
        if (code == null) {
            return new GrpcStatus(GrpcStatus.UNKNOWN, message);
        }
        long number = trailers.getLong(HeaderName.GRPC_STATUS, -1);
        return new GrpcStatus(
                number < 0 || number > GrpcStatus.UNAUTHENTICATED
                        ? GrpcStatus.UNKNOWN
                        : (int) number,
                message);
    }

    /// Undoes percent-encoding; what is none stays.
    static String decode(String message) {
        if (message.indexOf('%') < 0) {
            return message;
        }
        var bytes = new ByteArrayOutputStream(message.length());
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            int high = c == '%' ? hex(message, i + 1) : -1;
            int low = high < 0 ? -1 : hex(message, i + 2);
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int hex(String text, int index) {
        return index < text.length() ? Character.digit(text.charAt(index), 16) : -1;
    }
}
