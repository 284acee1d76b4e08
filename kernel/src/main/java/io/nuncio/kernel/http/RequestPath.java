package io.nuncio.kernel.http;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

/// Walks a request through the filters in the order of the chain (Envoy: decodeHeaders, decodeData,
/// decodeTrailers).
///
/// The last filter is terminal: it takes the request and passes nothing on, so nothing follows the
/// walk.
final class RequestPath extends FilterPath {
    RequestPath(ActiveStream stream) {
        super(stream);
    }

    void headers(int from, boolean endStream) {
        RequestHeaders headers = stream.requestHeaders();
        if (headers == null) {
            return;
        }
        boolean end = endStream;
        int addedAt = -1;
        for (int i = from; i < filters.length; i++) {
            boolean endHere = end && addedAt < 0;
            sawEnd(i, endHere);
            var before = enter(i);
            HeadersOutcome outcome = filters[i].onRequestHeaders(headers, endHere);
            boolean goOn = leave(i, before, outcome);
            if (endHere && !stream.over()) {
                filters[i].onRequestComplete();
            }
            if (!goOn) {
                return;
            }
            if (outcome == HeadersOutcome.CONTINUE_WITHOUT_END) {
                // The end is for the filter to send, with the body that it injects.
                end = false;
            }
            boolean passed = afterHeaders(i, outcome);
            boolean last = i == filters.length - 1;
            if (!last && stream.requestNoLongerWanted()) {
                return;
            }
            if (!last && !passed) {
                break;
            }
            if (end && addedAt < 0 && holds(i)) {
                // Headers alone came, but this filter has added a body: the filters after it see no
                // end yet.
                addedAt = i;
            }
        }
        sendAdded(addedAt);
    }

    /// @param data emptied, unless a filter holds it
    void data(int from, Buffer data, boolean endStream) {
        if (stream.requestNoLongerWanted()) {
            data.clear();
            return;
        }
        boolean end = endStream;
        boolean hadTrailers = hasTrailers();
        int trailersAddedAt = -1;
        int i = from;
        for (; i < filters.length; i++) {
            if (heldForAll(i, data, end)) {
                return;
            }
            if (sawEnd(i)) {
                // The walk that brought the end has been here already.
                return;
            }
            boolean endHere = end && !hasTrailers();
            sawEnd(i, endHere);
            boolean wasHandlingEnd = handlingEnd;
            handlingEnd = end;
            var before = enter(i);
            DataOutcome outcome = filters[i].onRequestData(data, endHere);
            handlingEnd = wasHandlingEnd;
            boolean goOn = leave(i, before, outcome);
            if (endHere && !stream.over()) {
                filters[i].onRequestComplete();
            }
            if (!goOn) {
                return;
            }
            if (!hadTrailers && trailersAddedAt < 0 && hasTrailers()) {
                end = false;
                trailersAddedAt = i;
            }
            if (!afterData(i, outcome, data)) {
                break;
            }
        }
        if (stream.over()) {
            return;
        }
        if (i == filters.length) {
            data.clear();
        }
        // A filter that pauses with the trailers that it added sends them on itself, when it goes
        // on.
        if (trailersAddedAt >= 0 && trailersAddedAt != i) {
            trailers(trailersAddedAt + 1);
        }
    }

    void trailers(int from) {
        Trailers trailers = stream.requestTrailers();
        if (trailers == null || stream.requestNoLongerWanted()) {
            return;
        }
        for (int i = from; i < filters.length; i++) {
            if (trailersHeldForAll(i)) {
                return;
            }
            sawEnd(i, true);
            var before = enter(i);
            TrailersOutcome outcome = filters[i].onRequestTrailers(trailers);
            boolean goOn = leave(i, before, outcome);
            if (!stream.over()) {
                filters[i].onRequestComplete();
            }
            if (!goOn || !afterTrailers(i, outcome)) {
                return;
            }
        }
    }

    /// Data of a filter's own making: the filters after it get it at once.
    void inject(int index, Buffer data, boolean endStream) {
        if (stream.over() || !mayContinue()) {
            data.clear();
            return;
        }
        if (passHeaders(index)) {
            headers(index + 1, false);
        }
        if (!stream.over()) {
            data(index + 1, data, endStream);
        }
        data.clear();
    }

    @Override
    boolean hasTrailers() {
        return stream.requestTrailers() != null;
    }

    @Override
    boolean mayContinue() {
        return !stream.requestNoLongerWanted();
    }

    @Override
    boolean continueInformational(int index) {
        return true;
    }

    @Override
    void continueHeaders(int index, boolean endStream) {
        headers(index + 1, endStream);
    }

    @Override
    void continueData(int index, Buffer data, boolean endStream) {
        data(beginsHere(index) ? index : index + 1, data, endStream);
    }

    @Override
    void continueTrailers(int index) {
        trailers(beginsHere(index) ? index : index + 1);
    }

    @Override
    void refuse() {
        stream.reply(
                null,
                LocalReply.reply(413)
                        .body("Payload Too Large")
                        .details("request_payload_too_large"));
    }

    @Override
    void slowDown(boolean on) {
        stream.pauseRequest(filters.length, on);
    }
}
