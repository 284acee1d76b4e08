package io.nuncio.kernel.http2;

import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.nuncio.kernel.codec.Octets;
import io.nuncio.kernel.http2.hpack.HpackDecoder;
import io.nuncio.kernel.http2.hpack.HpackError;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.internal.Internal;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Reads header blocks into maps, and checks their fields (RFC 9113, 8.2 and 8.3). After a mistake
/// the rest of a block is still decompressed, since later blocks refer to it.
///
/// Towards the rest of the proxy a message looks as in HTTP/1: `host` without `:authority` becomes
/// that, and cookies are one header.
final class HeaderReader {
    /// What a header block is.
    enum Outcome {
        VALID,
        /// A field that may not be, or not here.
        INVALID_FIELD,
        /// The fields do not make a message.
        INVALID_MESSAGE,
        /// More, or longer, than allowed.
        TOO_MANY,
        /// Names with an underscore are refused.
        UNDERSCORE
    }

    /// The longest number that can be read without overflow.
    private static final int MOST_DIGITS = 18;

    private final HpackDecoder decoder;
    private final Http2Settings settings;
    private final boolean server;
    private final boolean checksUnderscores;
    private byte[] cookies = {};
    private int cookieLength;
    private boolean cookie;
    private byte @Nullable [] host;
    private boolean trailers;
    private boolean regular; // a field that is no pseudo-header has come
    private long contentLength = Http2Stream.ANY_LENGTH;

    HeaderReader(Http2Settings settings, boolean server) {
        this.settings = settings;
        this.server = server;
        decoder = new HpackDecoder(settings.maxHeaderBytes(), settings.maxHeaders());
        checksUnderscores = settings.underscores() != HeadersWithUnderscoresAction.ALLOW;
    }

    /// The peer has seen our SETTINGS.
    void onSettingsAcknowledged() {
        decoder.limitTable((int) Math.min(settings.hpackTableSize(), HpackDecoder.LARGEST_TABLE));
    }

    /// Why the connection cannot be read any more, null if it can.
    @Nullable HpackError error() {
        return decoder.error();
    }

    /// The value of content-length, or [Http2Stream#ANY_LENGTH].
    long contentLength() {
        return contentLength;
    }

    /// Reads a block that nobody wants.
    void skip(byte[] block, int start, int end) {
        decoder.skip(block, start, end);
    }

    Outcome read(byte[] block, int start, int end, HeaderMap headers, boolean ofTrailers) {
        trailers = ofTrailers;
        regular = false;
        contentLength = Http2Stream.ANY_LENGTH;
        cookieLength = 0;
        cookie = false;
        host = null;
        Outcome outcome = Outcome.VALID;
        decoder.start(block, start, end, headers);
        while (decoder.next()) {
            outcome = field(headers);
            if (outcome != Outcome.VALID) {
                decoder.skipRest();
            }
        }
        if (decoder.tooLarge()) {
            return Outcome.TOO_MANY;
        }
        if (outcome != Outcome.VALID || decoder.error() != null) {
            return outcome;
        }
        if (host != null) {
            add(headers, HeaderName.AUTHORITY, host, host.length);
        }
        if (cookie) {
            if (headers.byteSize() + cookieLength > settings.maxHeaderBytes()) {
                return Outcome.TOO_MANY;
            }
            add(headers, HeaderName.COOKIE, cookies, cookieLength);
        }
        return trailers
                ? Outcome.VALID
                : server ? MessageRules.checkRequest(headers) : MessageRules.checkResponse(headers);
    }

    private Outcome field(HeaderMap headers) {
        HpackDecoder field = decoder;
        if (!field.nameValid() || !field.valueValid()) {
            return Outcome.INVALID_FIELD;
        }
        int slot = field.slot();
        if (slot >= 0 && slot <= HeaderName.STATUS.slot()) {
            return pseudo(headers, HeaderName.atSlot(Internal.KEY, slot));
        }
        regular = true;
        if (slot >= 0) {
            return wellKnown(headers, HeaderName.atSlot(Internal.KEY, slot));
        }
        if (checksUnderscores && field.nameHasUnderscore()) {
            if (settings.underscores() == HeadersWithUnderscoresAction.REJECT_REQUEST) {
                return Outcome.UNDERSCORE;
            }
            settings.stats().droppedHeadersWithUnderscores().increment();
            return Outcome.VALID;
        }
        field.keep();
        return Outcome.VALID;
    }

    private Outcome pseudo(HeaderMap headers, HeaderName name) {
        if (regular
                || trailers
                || (name == HeaderName.STATUS) == server
                || headers.contains(name)
                || name == HeaderName.PROTOCOL && !settings.allowConnect()
                || !MessageRules.validPseudo(
                        name, decoder.bytes(), decoder.valueStart(), decoder.valueLength())) {
            return Outcome.INVALID_FIELD;
        }
        decoder.keep();
        return Outcome.VALID;
    }

    private Outcome wellKnown(HeaderMap headers, HeaderName name) {
        if (name == HeaderName.CONNECTION
                || name == HeaderName.TRANSFER_ENCODING
                || name == HeaderName.UPGRADE
                || name == HeaderName.KEEP_ALIVE
                || name == HeaderName.PROXY_CONNECTION) {
            return Outcome.INVALID_FIELD;
        }
        if (name == HeaderName.COOKIE) {
            return onCookie();
        }
        if (name == HeaderName.HOST && server) {
            return onHost(headers);
        }
        if (name == HeaderName.TE && !onlyTrailers()
                || name == HeaderName.CONTENT_LENGTH && !onContentLength(headers)) {
            return Outcome.INVALID_FIELD;
        }
        decoder.keep();
        return Outcome.VALID;
    }

    /// The only value that `te` may have (RFC 9113, 8.2.2).
    private boolean onlyTrailers() {
        String only = "trailers";
        if (decoder.valueLength() != only.length()) {
            return false;
        }
        byte[] bytes = decoder.bytes();
        for (int index = 0; index < only.length(); index++) {
            if ((bytes[decoder.valueStart() + index] | 0x20) != only.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    private Outcome onHost(HeaderMap headers) {
        if (trailers || host != null || headers.contains(HeaderName.AUTHORITY)) {
            return Outcome.VALID; // as in Envoy, the first is the one
        }
        byte[] bytes = decoder.bytes();
        int start = decoder.valueStart();
        int length = decoder.valueLength();
        if (!MessageRules.validPseudo(HeaderName.AUTHORITY, bytes, start, length)) {
            return Outcome.INVALID_FIELD;
        }
        host = Arrays.copyOfRange(bytes, start, start + length);
        return Outcome.VALID;
    }

    private Outcome onCookie() {
        int length = decoder.valueLength();
        int needed = cookieLength + length + 2;
        if (needed > settings.maxHeaderBytes()) {
            return Outcome.TOO_MANY;
        }
        if (cookies.length < needed) {
            cookies = Arrays.copyOf(cookies, Math.max(256, needed * 2));
        }
        if (cookie) {
            cookies[cookieLength++] = ';';
            cookies[cookieLength++] = ' ';
        }
        cookie = true;
        System.arraycopy(decoder.bytes(), decoder.valueStart(), cookies, cookieLength, length);
        cookieLength += length;
        return Outcome.VALID;
    }

    /// @return false if there is another one, or it is not a number
    private boolean onContentLength(HeaderMap headers) {
        int length = decoder.valueLength();
        if (headers.contains(HeaderName.CONTENT_LENGTH) || length == 0 || length > MOST_DIGITS) {
            return false;
        }
        byte[] bytes = decoder.bytes();
        long number = 0;
        for (int index = decoder.valueStart(); length > 0; index++, length--) {
            if (!Octets.digit(bytes[index])) {
                return false;
            }
            number = number * 10 + bytes[index] - '0';
        }
        contentLength = number;
        return true;
    }

    /// As `name: value\r\n`, which HTTP/1 can send as it is.
    private static void add(HeaderMap headers, HeaderName name, byte[] value, int length) {
        int nameLength = name.length();
        int all = nameLength + length + 4;
        int at = headers.reserve(Internal.KEY, all);
        byte[] array = headers.array();
        name.copyTo(array, at);
        array[at + nameLength] = ':';
        array[at + nameLength + 1] = ' ';
        System.arraycopy(value, 0, array, at + nameLength + 2, length);
        array[at + all - 2] = '\r';
        array[at + all - 1] = '\n';
        headers.adoptLine(Internal.KEY, name.slot(), at, nameLength, length, false);
    }
}
