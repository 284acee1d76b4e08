package io.nuncio.listener.httpinspector;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Counter;
import io.nuncio.spi.ListenerFilter;

import java.util.List;

/// Looks at one accepted socket until its first bytes are the preface of HTTP/2 or a whole line.
/// Each byte is looked at once, however they are cut.
final class HttpInspectorFilter implements ListenerFilter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final int INITIAL_BYTES = 8 * 1024;
    private static final int MAX_BYTES = 64 * 1024;

    private final HttpInspectorStats stats;
    private final AcceptedSocket socket;
    private int wanted = INITIAL_BYTES;

    /// How many bytes of the preface were found to be there, -1 once they were not.
    private int preface;

    /// How many bytes were searched for the end of the line.
    private int searched;

    HttpInspectorFilter(HttpInspectorStats stats, AcceptedSocket socket) {
        this.stats = stats;
        this.socket = socket;
    }

    @Override
    public Outcome onAccept() {
        return socket.info().transportProtocol().equals("raw_buffer")
                ? Outcome.STOP
                : Outcome.CONTINUE;
    }

    @Override
    public int maxBytes() {
        return wanted;
    }

    @Override
    public Outcome onData(Buffer peeked) {
        if (preface >= 0) {
            matchPreface(peeked);
            if (preface == PREFACE.length) {
                return found(stats.http2Found(), "h2c");
            }
            if (preface >= 0) {
                return Outcome.STOP;
            }
        }
        byte first = peeked.getByte(0);
        if (first == '\r' || first == '\n') {
            return notHttp();
        }
        int end = peeked.indexOf((byte) '\n', searched);
        searched = peeked.length();
        if (end < 0) {
            return waitOn(peeked.length());
        }
        return switch (RequestLine.version(peeked.toString(ISO_8859_1, end))) {
            case HTTP_1_1 -> found(stats.http11Found(), "http/1.1");
            case OLDER -> found(stats.http10Found(), "http/1.0");
            case NONE -> notHttp();
        };
    }

    private void matchPreface(Buffer peeked) {
        int end = Math.min(peeked.length(), PREFACE.length);
        while (preface < end) {
            if (peeked.getByte(preface) != PREFACE[preface]) {
                preface = -1;
                return;
            }
            preface++;
        }
    }

    private Outcome waitOn(int seen) {
        if (seen >= MAX_BYTES) {
            stats.readError().increment();
            return Outcome.CLOSE;
        }
        if (seen >= wanted) {
            wanted = Math.min(2 * wanted, MAX_BYTES);
        }
        return Outcome.STOP;
    }

    private Outcome found(Counter counter, String protocol) {
        counter.increment();
        socket.applicationProtocols(List.of(protocol));
        return Outcome.CONTINUE;
    }

    private Outcome notHttp() {
        stats.httpNotFound().increment();
        return Outcome.CONTINUE;
    }
}
