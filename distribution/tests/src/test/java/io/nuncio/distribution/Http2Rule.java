package io.nuncio.distribution;

import io.nuncio.testkit.http2.Frame;
import io.nuncio.testkit.http2.Http2Peer;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// One rule of HTTP/2: what a peer sends, after the preface and SETTINGS if not said otherwise, and
/// what it gets for it.
///
/// @param section of RFC 9113, or another RFC by name
/// @param text what is sent, as a reader of the table sees it
/// @param begins true if the preface and SETTINGS come first
/// @param steps what to send, with a path in place of [#PATH], and what to wait for in between
/// @param reaches true if something good came before, so that others may have seen it
/// @param counter one that grows, null for none
/// @param details what the access log says of the stream, null if nothing is said
record Http2Rule(
        String section,
        String text,
        boolean begins,
        List<BiConsumer<Http2Peer, String>> steps,
        Expected expected,
        boolean reaches,
        @Nullable String counter,
        @Nullable String details) {
    /// What requests have as their path here; in its place each run sends one of its own.
    static final String PATH = "/________";

    /// What is to come of it.
    sealed interface Expected {
        /// The connection ends with this error.
        record GoAway(String error) implements Expected {
            @Override
            public String toString() {
                return "GOAWAY " + error;
            }
        }

        /// The stream ends with this error, and the connection goes on.
        record Reset(int stream, String error) implements Expected {
            @Override
            public String toString() {
                return "RST_STREAM " + error;
            }
        }

        /// The request is answered, and the connection goes on.
        record Answered(int stream, int status) implements Expected {
            @Override
            public String toString() {
                return Integer.toString(status);
            }
        }

        /// Nothing happens, and the connection goes on.
        record Ignored() implements Expected {
            @Override
            public String toString() {
                return "ignored";
            }
        }

        /// The connection closes without a word.
        record Closed() implements Expected {
            @Override
            public String toString() {
                return "closed";
            }
        }
    }

    static Http2Rule rule(String section, String text) {
        return new Http2Rule(
                section, text, true, List.of(), new Expected.Ignored(), false, null, null);
    }

    /// The preface and SETTINGS are among the steps.
    Http2Rule fromTheStart() {
        return new Http2Rule(section, text, false, steps, expected, reaches, counter, details);
    }

    Http2Rule sends(Frame... frames) {
        byte[][] all = new byte[frames.length][];
        for (int index = 0; index < frames.length; index++) {
            all[index] = frames[index].bytes();
        }
        return sends(Frame.join(all));
    }

    Http2Rule sends(byte[] bytes) {
        return step((peer, path) -> peer.sendWhatItTakes(withPath(bytes, path)));
    }

    private static byte[] withPath(byte[] bytes, String path) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return Frame.latin1(text.replace(PATH, path));
    }

    Http2Rule step(Consumer<Http2Peer> step) {
        return step((peer, _) -> step.accept(peer));
    }

    private Http2Rule step(BiConsumer<Http2Peer, String> step) {
        var all = new ArrayList<>(steps);
        all.add(step);
        return new Http2Rule(
                section, text, begins, List.copyOf(all), expected, reaches, counter, details);
    }

    /// Waits for the answer to what was sent before, which is good.
    Http2Rule answered(int stream) {
        return step(peer -> peer.awaitMessage(stream)).afterGood();
    }

    /// Something that was sent before is good, and may reach others.
    Http2Rule afterGood() {
        return new Http2Rule(section, text, begins, steps, expected, true, counter, details);
    }

    private Http2Rule expects(Expected what) {
        return new Http2Rule(section, text, begins, steps, what, reaches, counter, details);
    }

    Http2Rule goAway(String error) {
        return expects(new Expected.GoAway(error));
    }

    Http2Rule reset(int stream, String error) {
        return expects(new Expected.Reset(stream, error));
    }

    /// The request is good.
    Http2Rule served(int stream) {
        return expects(new Expected.Answered(stream, 200)).afterGood();
    }

    Http2Rule refused(int stream, int status) {
        return expects(new Expected.Answered(stream, status));
    }

    Http2Rule ignored() {
        return expects(new Expected.Ignored());
    }

    Http2Rule closed() {
        return expects(new Expected.Closed());
    }

    Http2Rule counts(String name) {
        return new Http2Rule(section, text, begins, steps, expected, reaches, name, details);
    }

    Http2Rule says(String words) {
        return new Http2Rule(section, text, begins, steps, expected, reaches, counter, words);
    }

    @Override
    public String toString() {
        return section + " " + text;
    }
}
