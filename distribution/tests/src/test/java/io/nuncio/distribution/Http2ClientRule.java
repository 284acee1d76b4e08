package io.nuncio.distribution;

import io.nuncio.testkit.http2.Frame;
import io.nuncio.testkit.http2.Http2Peer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// One rule of HTTP/2 for what an upstream sends, after its SETTINGS and the headers of the request
/// on stream 1 if not said otherwise, and what comes of it on both sides.
///
/// @param section of RFC 9113, or another RFC by name
/// @param text what is sent, as a reader of the table sees it
/// @param begins true if SETTINGS come first
/// @param method of the request; one that is `POST` has no end
/// @param cluster that it goes to, see [Http2ClientConformanceIT]
/// @param steps what the upstream (first) and the downstream client (second) do, in turn
/// @param expected what the upstream gets
/// @param entry what the access log says: status, details and flags
record Http2ClientRule(
        String section,
        String text,
        boolean begins,
        String method,
        String cluster,
        List<BiConsumer<Http2Peer, Http2Peer>> steps,
        Http2Rule.Expected expected,
        String entry) {
    static final String SERVED = "200 via_upstream -";
    static final String BEFORE = "502 upstream_reset_before_response_started{protocol_error} UPE";
    static final String AFTER = "200 upstream_reset_after_response_started{protocol_error} UPE";

    /// Where a connection ends for what its upstream does.
    static final String CLUSTER = "c";

    static Http2ClientRule rule(String section, String text) {
        return new Http2ClientRule(
                section,
                text,
                true,
                "GET",
                CLUSTER,
                List.of(),
                new Http2Rule.Expected.Ignored(),
                SERVED);
    }

    /// SETTINGS are among the steps.
    Http2ClientRule fromTheStart() {
        return new Http2ClientRule(section, text, false, method, cluster, steps, expected, entry);
    }

    Http2ClientRule to(String other) {
        return new Http2ClientRule(section, text, begins, method, other, steps, expected, entry);
    }

    Http2ClientRule head() {
        return requests("HEAD");
    }

    /// The request goes on.
    Http2ClientRule post() {
        return requests("POST");
    }

    private Http2ClientRule requests(String other) {
        return new Http2ClientRule(section, text, begins, other, cluster, steps, expected, entry);
    }

    Http2ClientRule sends(Frame... frames) {
        byte[][] all = new byte[frames.length][];
        for (int index = 0; index < frames.length; index++) {
            all[index] = frames[index].bytes();
        }
        return sends(Frame.join(all));
    }

    Http2ClientRule sends(byte[] bytes) {
        return upstream(peer -> peer.sendWhatItTakes(bytes));
    }

    Http2ClientRule upstream(Consumer<Http2Peer> step) {
        return step((upstream, _) -> step.accept(upstream));
    }

    Http2ClientRule client(Consumer<Http2Peer> step) {
        return step((_, client) -> step.accept(client));
    }

    private Http2ClientRule step(BiConsumer<Http2Peer, Http2Peer> step) {
        var all = new ArrayList<>(steps);
        all.add(step);
        return new Http2ClientRule(
                section, text, begins, method, cluster, List.copyOf(all), expected, entry);
    }

    private Http2ClientRule expects(Http2Rule.Expected what, String said) {
        return new Http2ClientRule(section, text, begins, method, cluster, steps, what, said);
    }

    /// The connection ends with this error, before a response.
    Http2ClientRule goAway(String error) {
        return expects(new Http2Rule.Expected.GoAway(error), BEFORE);
    }

    /// The connection ends with this error, in the middle of a response.
    Http2ClientRule goAwayAfterHeaders(String error) {
        return expects(new Http2Rule.Expected.GoAway(error), AFTER);
    }

    /// The connection ends with this error, after the response.
    Http2ClientRule goAwayAfterAll(String error) {
        return expects(new Http2Rule.Expected.GoAway(error), SERVED);
    }

    Http2ClientRule goAwayWith(String error, String said) {
        return expects(new Http2Rule.Expected.GoAway(error), said);
    }

    Http2ClientRule reset(String error, String said) {
        return expects(new Http2Rule.Expected.Reset(1, error), said);
    }

    /// What was sent is a response, and the connection goes on.
    Http2ClientRule served() {
        return expects(new Http2Rule.Expected.Ignored(), SERVED);
    }

    /// What was sent changes nothing: a response now is served.
    Http2ClientRule ignored() {
        return sends(Http2ClientRules.ok(1)).served();
    }

    /// The connection goes on, and the request fails.
    Http2ClientRule fails(String said) {
        return expects(new Http2Rule.Expected.Ignored(), said);
    }

    /// The connection is used no more.
    Http2ClientRule closed(String said) {
        return expects(new Http2Rule.Expected.Closed(), said);
    }

    @Override
    public String toString() {
        return section + " " + text;
    }
}
