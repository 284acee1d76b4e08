package io.nuncio.kernel.calls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Call;
import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallResponse;
import io.nuncio.spi.CallResult;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Collects one response, up to a limit.
final class CollectedResponse implements CallReceiver {
    private final long limit;
    private final Consumer<CallResult> done;
    private final Buffer body = new Buffer();
    private @Nullable Call call;
    private @Nullable ResponseHeaders headers;

    /// @param limit of the body, in bytes
    CollectedResponse(long limit, Consumer<CallResult> done) {
        this.limit = limit;
        this.done = done;
    }

    void call(Call own) {
        call = own;
    }

    @Override
    public void onHeaders(ResponseHeaders response, boolean endStream) {
        headers = response;
        if (endStream) {
            finish(null);
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (body.length() + (long) data.length() > limit) {
            tooLarge();
            return;
        }
        data.moveTo(body);
        if (endStream) {
            finish(null);
        }
    }

    private void tooLarge() {
        if (call != null) {
            call.cancel();
        }
        onFailure(
                new CallFailure(
                        CallFailure.Reason.RESPONSE_TOO_LARGE,
                        "response_payload_too_large",
                        "the response is larger than " + limit + " bytes"));
    }

    @Override
    public void onTrailers(Trailers trailers) {
        finish(trailers);
    }

    private void finish(@Nullable Trailers trailers) {
        ResponseHeaders response = headers;
        if (response == null) {
            throw new IllegalStateException("a response ended that had not begun");
        }
        try {
            done.accept(new CallResponse(response, body, trailers));
        } finally {
            body.clear();
        }
    }

    @Override
    public void onFailure(CallFailure failure) {
        body.clear();
        done.accept(failure);
    }
}
