package io.nuncio.kernel.calls;

import com.google.protobuf.MessageLite;

import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.HeaderMap;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Makes one result of what a call with one message each way gets.
final class UnaryGrpc<R extends MessageLite> implements GrpcReceiver<R> {
    private final Consumer<GrpcResult<R>> done;
    private @Nullable R answer;

    UnaryGrpc(Consumer<GrpcResult<R>> done) {
        this.done = done;
    }

    @Override
    public void onMessage(R message) {
        answer = message;
    }

    @Override
    public void onClose(GrpcStatus status, HeaderMap trailers) {
        R message = answer;
        if (!status.ok()) {
            done.accept(new GrpcResult.Failure<>(status));
        } else if (message == null) {
            done.accept(
                    new GrpcResult.Failure<>(
                            new GrpcStatus(GrpcStatus.INTERNAL, "OK without a message")));
        } else {
            done.accept(new GrpcResult.Message<>(message));
        }
    }
}
