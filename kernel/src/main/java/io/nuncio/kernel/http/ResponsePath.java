package io.nuncio.kernel.http;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import org.jspecify.annotations.Nullable;

/// Walks a response through the filters against the order of the chain, and on to the stream's
/// owner (Envoy: encodeHeaders, encodeData, encodeTrailers). Every filter sees every response,
/// whichever filter began it.
final class ResponsePath extends FilterPath {
    /// Headers that a filter holds back, with the filter's position; -1 for none.
    private int informationalHeldAt = -1;

    private @Nullable ResponseHeaders informational;
    private boolean informationalSeen;

    /// The response has been taken up to its end; it may still be held back by a filter.
    private boolean ended;

    /// The owner has got the headers.
    private boolean headersSent;

    /// The owner has got all.
    private boolean sent;

    ResponsePath(ActiveStream stream) {
        super(stream);
    }

    boolean ended() {
        return ended;
    }

    boolean headersSent() {
        return headersSent;
    }

    boolean sent() {
        return sent;
    }

    /// True if the response has begun in any form.
    boolean begun() {
        return stream.responseHeaders() != null || informationalSeen;
    }

    // The response enters: from the terminal filter, or as a local reply.

    void startInformational(ResponseHeaders headers) {
        if (stream.responseHeaders() != null || informationalHeldAt >= 0) {
            // Too late, or an earlier one is still on its way.
            return;
        }
        informationalSeen = true;
        informational(filters.length - 1, headers);
    }

    void startHeaders(boolean endStream) {
        ended = endStream;
        if (informationalHeldAt >= 0) {
            // The response proper overtakes what only announced it.
            unpause(informationalHeldAt);
            informationalHeldAt = -1;
            informational = null;
        }
        headers(filters.length - 1, endStream);
    }

    void startData(Buffer data, boolean endStream) {
        ended = endStream;
        data(filters.length - 1, data, endStream);
    }

    void startTrailers() {
        ended = true;
        trailers(filters.length - 1);
    }

    // The walks.

    private void informational(int from, ResponseHeaders headers) {
        for (int i = from; i >= 0; i--) {
            var before = enter(i);
            TrailersOutcome outcome = filters[i].onInformational(headers);
            if (!leave(i, before, outcome)) {
                return;
            }
            if (!afterInformational(i, outcome)) {
                informational = headers;
                informationalHeldAt = i;
                return;
            }
        }
        stream.sink().informational(headers);
    }

    private void headers(int from, boolean endStream) {
        ResponseHeaders headers = stream.responseHeaders();
        if (headers == null) {
            return;
        }
        boolean end = endStream;
        int addedAt = -1;
        for (int i = from; i >= 0; i--) {
            boolean endHere = end && addedAt < 0;
            sawEnd(i, endHere);
            var before = enter(i);
            HeadersOutcome outcome = filters[i].onResponseHeaders(headers, endHere);
            if (!leave(i, before, outcome)) {
                return;
            }
            if (outcome == HeadersOutcome.CONTINUE_WITHOUT_END) {
                end = false;
            }
            if (!afterHeaders(i, outcome)) {
                sendAdded(addedAt);
                return;
            }
            if (end && addedAt < 0 && holds(i)) {
                addedAt = i;
            }
        }
        if (!stream.replies().checkResponse(headers)) {
            return;
        }
        boolean endNow = end && addedAt < 0;
        sendHeaders(headers, endNow);
        if (!endNow) {
            sendAdded(addedAt);
        }
    }

    private void data(int from, Buffer data, boolean endStream) {
        boolean hadTrailers = hasTrailers();
        int trailersAddedAt = -1;
        for (int i = from; i >= 0; i--) {
            if (heldForAll(i, data, endStream && trailersAddedAt < 0)) {
                return;
            }
            if (sawEnd(i)) {
                return;
            }
            boolean endHere = endStream && !hasTrailers();
            sawEnd(i, endHere);
            boolean wasHandlingEnd = handlingEnd;
            handlingEnd = endStream;
            var before = enter(i);
            DataOutcome outcome = filters[i].onResponseData(data, endHere);
            handlingEnd = wasHandlingEnd;
            if (!leave(i, before, outcome)) {
                return;
            }
            if (!hadTrailers && trailersAddedAt < 0 && hasTrailers()) {
                trailersAddedAt = i;
            }
            if (!afterData(i, outcome, data)) {
                if (!stream.over() && trailersAddedAt > i) {
                    trailers(trailersAddedAt - 1);
                }
                return;
            }
        }
        sendData(data, endStream && trailersAddedAt < 0 && (hadTrailers || !hasTrailers()));
        if (trailersAddedAt >= 0 && !stream.over()) {
            trailers(trailersAddedAt - 1);
        }
    }

    private void trailers(int from) {
        Trailers trailers = stream.responseTrailers();
        if (trailers == null) {
            return;
        }
        for (int i = from; i >= 0; i--) {
            if (trailersHeldForAll(i)) {
                return;
            }
            sawEnd(i, true);
            var before = enter(i);
            TrailersOutcome outcome = filters[i].onResponseTrailers(trailers);
            if (!leave(i, before, outcome) || !afterTrailers(i, outcome)) {
                return;
            }
        }
        stream.sink().trailers(trailers);
        maybeSent(true);
    }

    /// Data of a filter's own making: the filters before it in the chain get it at once.
    void inject(int index, Buffer data, boolean endStream) {
        if (stream.over() || sent || stream.responseHeaders() == null) {
            data.clear();
            return;
        }
        if (passHeaders(index)) {
            headers(index - 1, false);
        }
        if (!stream.over()) {
            data(index - 1, data, endStream);
        }
        data.clear();
    }

    // The owner gets it.

    void sendHeaders(ResponseHeaders headers, boolean endStream) {
        headersSent = true;
        stream.noteResponseBegins();
        stream.sink().headers(headers, endStream);
        maybeSent(endStream);
    }

    void sendData(Buffer data, boolean endStream) {
        stream.sink().data(data, endStream);
        data.clear();
        maybeSent(endStream);
    }

    private void maybeSent(boolean endStream) {
        if (endStream && !stream.over() && !sent) {
            sent = true;
            ended = true;
            stream.noteResponseEnds();
            stream.sink().onComplete();
        }
    }

    // What FilterPath asks for.

    @Override
    boolean hasTrailers() {
        return stream.responseTrailers() != null;
    }

    @Override
    boolean mayContinue() {
        return !sent;
    }

    @Override
    boolean continueInformational(int index) {
        ResponseHeaders headers = informational;
        if (headers != null && informationalHeldAt == index) {
            informational = null;
            informationalHeldAt = -1;
            informational(index - 1, headers);
        }
        return stream.responseHeaders() != null && !stream.over();
    }

    @Override
    void continueHeaders(int index, boolean endStream) {
        headers(index - 1, endStream);
    }

    @Override
    void continueData(int index, Buffer data, boolean endStream) {
        data(beginsHere(index) ? index : index - 1, data, endStream);
    }

    @Override
    void continueTrailers(int index) {
        trailers(beginsHere(index) ? index : index - 1);
    }

    @Override
    void refuse() {
        stream.reply(
                null,
                LocalReply.reply(500)
                        .body("Internal Server Error")
                        .details("response_payload_too_large"));
    }

    @Override
    void slowDown(boolean on) {
        stream.pauseResponse(-1, on);
    }
}
