package io.nuncio.kernel.http1;

import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.internal.Internal;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// Reads the head of a message, or trailers, byte by byte and stops wherever the bytes end: the
/// result is the same for every segmentation.
///
/// The bytes are copied once, into the storage of the map that the receiver gets, and looked at
/// there; entries of the map are offsets. Line ends are CRLF or LF alone, as in Envoy; a CR alone
/// is refused. Folded values are joined.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | bytes of the head, first line included | 60 KiB, 80 KiB for responses | [Violation#TOO_LARGE] |
/// | number of header lines | 100 | [Violation#TOO_MANY] |
///
/// One class for first lines and header lines: they go on in the same state, at the same place of
/// the same bytes, wherever a segment ends, and would hand all that to each other with every one.
final class HeadParser {
    private static final Internal KEY = Internal.KEY;

    /// Room for what filters and the connection manager add to a head.
    private static final int ROOM_TO_ADD = 320;

    private static final int SMALLEST_HEAD = 256;

    private static final byte[] NOTHING = new byte[0];

    private enum State {
        REQUEST_START,
        METHOD,
        BEFORE_TARGET,
        TARGET,
        BEFORE_VERSION,
        VERSION,
        RESPONSE_START,
        BEFORE_STATUS,
        STATUS,
        REASON,
        FIRST_LINE_CR,
        LINE_START,
        NAME,
        BEFORE_VALUE,
        VALUE,
        VALUE_CR,
        END_CR,
        COMPLETE
    }

    private final HeadLimits limits;
    private @Nullable HeaderMap map;
    private byte[] bytes = NOTHING;
    private State state = State.COMPLETE;
    private int filled;
    private int at;
    private int lines;
    private int expectedSize = SMALLEST_HEAD;
    private boolean minorVersionOne;
    private boolean withoutVersion;
    private int methodEnd;
    private int targetStart;
    private int targetEnd;
    private int mark; // start of the version, the status or the reason
    private int reasonStart;
    private int reasonEnd;
    private int nameStart;
    private int nameEnd;
    private int valueStart;
    private int
            valueEnd; // -1 while no header line waits for the next line to show that it is whole
    private int foldStart; // -1 unless the value goes on in the line that is read
    private boolean wire;
    private boolean secondHost;
    private @Nullable Violation violation;

    HeadParser(HeadLimits limits) {
        this.limits = limits;
    }

    /// Begins a request. What comes goes to a new map, which [#requestHeaders] gives away.
    void startRequest() {
        begin(State.REQUEST_START);
    }

    void startResponse() {
        begin(State.RESPONSE_START);
    }

    void startTrailers() {
        begin(State.LINE_START);
    }

    /// The map is made when the first byte comes: most connections wait.
    private void begin(State first) {
        state = first;
        map = null;
        bytes = NOTHING;
        filled = 0;
        at = 0;
        lines = 0;
        valueEnd = -1;
        foldStart = -1;
        secondHost = false;
        withoutVersion = false;
        violation = null;
    }

    private void makeMap() {
        HeaderMap made =
                switch (state) {
                    case REQUEST_START -> new RequestHeaders(expectedSize + ROOM_TO_ADD);
                    case RESPONSE_START -> new ResponseHeaders(expectedSize + ROOM_TO_ADD);
                    default -> new Trailers();
                };
        map = made;
        made.reserve(KEY, 0);
        bytes = made.array();
    }

    /// True once a byte of the message has come; empty lines before a request do not count.
    boolean touched() {
        return state == State.RESPONSE_START ? at > 0 : state != State.REQUEST_START;
    }

    @Nullable Violation violation() {
        return violation;
    }

    /// Reads from `input` and takes out what it has used.
    ///
    /// @return true if the head is complete; false if more bytes are needed, or [#violation] says
    ///   what was wrong
    boolean parse(Slices input) {
        if (map == null) {
            makeMap();
        }
        while (input.length() > 0) {
            int room = room(input.length());
            if (room == 0) {
                violation = Violation.TOO_LARGE;
                return false;
            }
            int count = Math.min(room, input.length());
            input.copyTo(0, bytes, filled, count);
            int limit = filled + count;
            scan(limit);
            if (state == State.COMPLETE) {
                input.skip(at - filled);
                HeaderMap complete = map();
                complete.reserved(KEY, at);
                expectedSize = Math.max(SMALLEST_HEAD, at);
                return violation == null;
            }
            input.skip(count);
            filled = limit;
            if (violation != null) {
                return false;
            }
        }
        if (filled >= limits.maxBytes()) {
            violation = Violation.TOO_LARGE;
        }
        return false;
    }

    private HeaderMap map() {
        HeaderMap current = map;
        if (current == null) {
            throw new IllegalStateException("no head was begun");
        }
        return current;
    }

    /// Room in the storage for the next bytes; 0 if the head is at its limit.
    private int room(int wanted) {
        int allowed = limits.maxBytes() - filled;
        int room = bytes.length - filled - ROOM_TO_ADD;
        if (room < Math.min(wanted, 64) && allowed > 0) {
            int used = filled;
            map().reserve(KEY, used + Math.max(used, Math.min(wanted, 4096)) + ROOM_TO_ADD + 64);
            bytes = map().array();
            room = bytes.length - filled - ROOM_TO_ADD;
        }
        return Math.min(room, allowed);
    }

    private void scan(int limit) {
        int position = at;
        while (position < limit && violation == null && state != State.COMPLETE) {
            position =
                    switch (state) {
                        case REQUEST_START -> requestStart(position);
                        case METHOD -> method(position, limit);
                        case BEFORE_TARGET -> beforeTarget(position, limit);
                        case TARGET -> target(position, limit);
                        case BEFORE_VERSION -> beforeVersion(position, limit);
                        case VERSION -> version(position, limit);
                        case RESPONSE_START -> responseStart(position, limit);
                        case BEFORE_STATUS -> beforeStatus(position, limit);
                        case STATUS -> status(position, limit);
                        case REASON -> reason(position, limit);
                        case FIRST_LINE_CR -> firstLineCr(position);
                        case LINE_START -> wholeLines(position, limit);
                        case NAME -> name(position, limit);
                        case BEFORE_VALUE -> beforeValue(position, limit);
                        case VALUE -> value(position, limit);
                        case VALUE_CR -> valueCr(position);
                        case END_CR -> endCr(position);
                        case COMPLETE -> position;
                    };
        }
        at = position;
    }

    private int refuse(Violation what, int position) {
        violation = what;
        return position;
    }

    // The first line of a request.

    private int requestStart(int position) {
        byte octet = bytes[position];
        if (octet == '\r' || octet == '\n') {
            return position + 1; // RFC 9112, 2.2: ignore empty lines before the request line
        }
        mark = position;
        state = State.METHOD;
        return position;
    }

    private int method(int from, int limit) {
        int position = from;
        while (position < limit && Octets.lowerToken(bytes[position]) != 0) {
            position++;
        }
        if (position == limit) {
            return position;
        }
        if (!Octets.blank(bytes[position])
                || position == mark
                || !limits.customMethods() && !Methods.known(bytes, mark, position - mark)) {
            return refuse(Violation.METHOD, position);
        }
        methodEnd = position;
        map().adoptPseudo(KEY, HeaderName.METHOD, mark, position - mark);
        state = State.BEFORE_TARGET;
        return position + 1;
    }

    private int beforeTarget(int from, int limit) {
        int position = skipBlanks(from, limit);
        if (position < limit) {
            targetStart = position;
            state = State.TARGET;
        }
        return position;
    }

    private int skipBlanks(int from, int limit) {
        int position = from;
        while (position < limit && Octets.blank(bytes[position])) {
            position++;
        }
        return position;
    }

    private int target(int from, int limit) {
        int position = from;
        while (position < limit && bytes[position] > 0x20 && bytes[position] != 0x7f) {
            position++;
        }
        if (position == limit) {
            return position;
        }
        byte octet = bytes[position];
        boolean lineEnd = octet == '\r' || octet == '\n';
        if (position == targetStart || !lineEnd && !Octets.blank(octet)) {
            return refuse(Violation.TARGET, position);
        }
        targetEnd = position;
        state = State.BEFORE_VERSION;
        return position;
    }

    private int beforeVersion(int from, int limit) {
        int position = skipBlanks(from, limit);
        if (position < limit) {
            mark = position;
            state = State.VERSION;
        }
        return position;
    }

    private int version(int from, int limit) {
        int position = Octets.control(bytes, from, limit);
        if (position == limit) {
            return position;
        }
        int end = position;
        while (end > mark && Octets.blank(bytes[end - 1])) {
            end--;
        }
        if (end == mark) {
            withoutVersion = true; // HTTP/0.9: the request line is all
            minorVersionOne = false;
        } else if (!readVersion(mark, end)) {
            return refuse(Violation.VERSION, position);
        }
        return firstLineEnd(position);
    }

    private boolean readVersion(int from, int end) {
        if (end - from != 8
                || bytes[from] != 'H'
                || bytes[from + 1] != 'T'
                || bytes[from + 2] != 'T'
                || bytes[from + 3] != 'P'
                || bytes[from + 4] != '/'
                || !Octets.digit(bytes[from + 5])
                || bytes[from + 6] != '.'
                || !Octets.digit(bytes[from + 7])) {
            return false;
        }
        minorVersionOne = bytes[from + 5] == '1' && bytes[from + 7] == '1';
        return true;
    }

    private int firstLineEnd(int position) {
        if (bytes[position] == '\r') {
            state = State.FIRST_LINE_CR;
            return position + 1;
        }
        if (bytes[position] != '\n') {
            return refuse(Violation.FIELD_VALUE, position);
        }
        state = withoutVersion ? State.COMPLETE : State.LINE_START;
        return position + 1;
    }

    private int firstLineCr(int position) {
        if (bytes[position] != '\n') {
            return refuse(Violation.LINE_END, position);
        }
        state = withoutVersion ? State.COMPLETE : State.LINE_START;
        return position + 1;
    }

    // The first line of a response.

    private int responseStart(int from, int limit) {
        if (from == 0 && bytes[from] != 'H') {
            return refuse(Violation.STATUS_LINE, from);
        }
        int position = from;
        while (position < limit && bytes[position] > 0x20 && position <= 8) {
            position++;
        }
        if (position == limit) {
            return position;
        }
        if (!readVersion(0, position)) {
            return refuse(Violation.VERSION, position);
        }
        if (!Octets.blank(bytes[position])) {
            return refuse(Violation.STATUS_LINE, position);
        }
        state = State.BEFORE_STATUS;
        return position + 1;
    }

    private int beforeStatus(int from, int limit) {
        int position = skipBlanks(from, limit);
        if (position < limit) {
            mark = position;
            state = State.STATUS;
        }
        return position;
    }

    private int status(int from, int limit) {
        int position = from;
        while (position < limit && Octets.digit(bytes[position]) && position - mark < 4) {
            position++;
        }
        if (position == limit) {
            return position;
        }
        byte octet = bytes[position];
        if (position - mark != 3
                || bytes[mark] == '0'
                || !Octets.blank(octet) && octet != '\r' && octet != '\n') {
            return refuse(Violation.STATUS, position);
        }
        map().adoptPseudo(KEY, HeaderName.STATUS, mark, 3);
        reasonStart = Octets.blank(octet) ? position + 1 : position;
        state = State.REASON;
        return reasonStart;
    }

    private int reason(int from, int limit) {
        int position = Octets.control(bytes, from, limit);
        if (position < limit) {
            reasonEnd = position;
            return firstLineEnd(position);
        }
        return position;
    }

    // Header lines.

    /// Lines of which all is at hand, the usual ones, without looking at the state between their
    /// parts. Stops at whatever is unusual, for [#scan] to go on.
    private int wholeLines(int from, int limit) {
        int position = from;
        while (true) {
            position = lineStart(position);
            if (state != State.NAME || violation != null) {
                return position;
            }
            position = name(position, limit);
            if (state != State.BEFORE_VALUE || position == limit) {
                return position;
            }
            position = beforeValue(position, limit);
            if (state != State.VALUE || position == limit) {
                return position;
            }
            position = value(position, limit);
            if (state != State.VALUE_CR || position == limit || bytes[position] != '\n') {
                return position;
            }
            position++;
            state = State.LINE_START;
            if (position == limit) {
                return position;
            }
        }
    }

    private int lineStart(int position) {
        byte octet = bytes[position];
        if (valueEnd >= 0) {
            if (Octets.blank(octet)) {
                return fold(position);
            }
            if (!finishLine()) {
                return position;
            }
        }
        if (octet == '\r') {
            state = State.END_CR;
            return position + 1;
        }
        if (octet == '\n') {
            state = State.COMPLETE;
            return position + 1;
        }
        nameStart = position;
        state = State.NAME;
        return position;
    }

    /// A line that starts with a blank goes on with the value before it.
    private int fold(int position) {
        wire = false;
        if (valueEnd == valueStart) {
            valueEnd = -1;
            state = State.BEFORE_VALUE;
        } else {
            foldStart = position;
            state = State.VALUE;
        }
        return position;
    }

    private int name(int from, int limit) {
        byte[] data = bytes;
        int position = from;
        while (position < limit) {
            byte lower = Octets.lowerToken(data[position]);
            if (lower == 0) {
                byte octet = data[position];
                if (octet == ':' && position > nameStart) {
                    nameEnd = position;
                    wire = true;
                    state = State.BEFORE_VALUE;
                    return position + 1;
                }
                boolean control = octet >= 0 && octet < 0x20 || octet == 0x7f;
                boolean space = octet == '\t' || octet == '\r' || octet == '\n';
                return refuse(
                        control && !space ? Violation.FIELD_VALUE : Violation.FIELD_NAME, position);
            }
            data[position++] = lower;
        }
        return position;
    }

    private int beforeValue(int from, int limit) {
        int position = skipBlanks(from, limit);
        if (position < limit) {
            valueStart = position;
            state = State.VALUE;
        }
        return position;
    }

    private int value(int from, int limit) {
        int position = Octets.control(bytes, from, limit);
        if (position == limit) {
            return position;
        }
        byte octet = bytes[position];
        if (octet != '\r' && octet != '\n') {
            return refuse(Violation.FIELD_VALUE, position);
        }
        if (foldStart >= 0) { // the line end between is taken out
            System.arraycopy(bytes, foldStart, bytes, valueEnd, position - foldStart);
            valueEnd += position - foldStart;
            foldStart = -1;
        } else {
            valueEnd = position;
        }
        if (octet == '\n') {
            wire = false;
            state = State.LINE_START;
        } else {
            state = State.VALUE_CR;
        }
        return position + 1;
    }

    private int valueCr(int position) {
        if (bytes[position] != '\n') {
            return refuse(Violation.FIELD_VALUE, position);
        }
        state = State.LINE_START;
        return position + 1;
    }

    private int endCr(int position) {
        if (bytes[position] != '\n') {
            return refuse(Violation.LINE_END, position);
        }
        state = State.COMPLETE;
        return position + 1;
    }

    /// The header line before is whole: an entry of the map.
    ///
    /// @return false if it is refused
    private boolean finishLine() {
        int end = valueEnd;
        valueEnd = -1;
        while (end > valueStart && Octets.blank(bytes[end - 1])) {
            end--;
            wire = false;
        }
        if (limits.checksUnderscores() && hasUnderscore()) {
            if (!limits.dropUnderscores()) {
                violation = Violation.UNDERSCORE;
                return false;
            }
            limits.droppedUnderscores().increment();
            return true;
        }
        if (++lines > limits.maxLines()) {
            violation = Violation.TOO_MANY;
            return false;
        }
        HeaderMap target = map();
        if (nameEnd - nameStart == 4 && target instanceof RequestHeaders && isHost()) {
            secondHost |= target.contains(HeaderName.AUTHORITY);
            target.adoptPseudo(KEY, HeaderName.AUTHORITY, valueStart, end - valueStart);
            return true;
        }
        boolean ready = wire && valueStart == nameEnd + 2 && bytes[nameEnd + 1] == ' ';
        target.adopt(KEY, nameStart, nameEnd - nameStart, valueStart, end - valueStart, ready);
        return true;
    }

    private boolean isHost() {
        return bytes[nameStart] == 'h'
                && bytes[nameStart + 1] == 'o'
                && bytes[nameStart + 2] == 's'
                && bytes[nameStart + 3] == 't';
    }

    private boolean hasUnderscore() {
        for (int index = nameStart; index < nameEnd; index++) {
            if (bytes[index] == '_') {
                return true;
            }
        }
        return false;
    }

    // What a complete head says.

    /// The request's headers, given away: `:method` is set, `:authority` is what Host said, `:path`
    /// is not set yet.
    RequestHeaders requestHeaders() {
        RequestHeaders result = (RequestHeaders) map();
        map = null;
        return result;
    }

    ResponseHeaders responseHeaders() {
        ResponseHeaders result = (ResponseHeaders) map();
        map = null;
        return result;
    }

    /// The status of the response, 0 while it is not known.
    int responseStatus() {
        return map instanceof ResponseHeaders response ? response.status() : 0;
    }

    Trailers trailers() {
        Trailers result = (Trailers) map();
        map = null;
        return result;
    }

    /// Where the request target starts in the array of the headers.
    int targetStart() {
        return targetStart;
    }

    int targetEnd() {
        return targetEnd;
    }

    int reasonStart() {
        return reasonStart;
    }

    int reasonEnd() {
        return reasonEnd;
    }

    /// True for HTTP/1.1; everything else counts as HTTP/1.0.
    boolean http11() {
        return minorVersionOne;
    }

    /// True for HTTP/0.9: a request line without version is the whole request, and the last one.
    boolean withoutVersion() {
        return withoutVersion;
    }

    /// True if there was more than one Host.
    boolean secondHost() {
        return secondHost;
    }
}
