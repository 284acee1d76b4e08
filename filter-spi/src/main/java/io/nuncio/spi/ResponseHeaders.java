package io.nuncio.spi;

/// The headers of a response; `:status` is one of them. See [HeaderMap] for threads and lifetime.
public final class ResponseHeaders extends HeaderMap {
    private String reasonPhrase = "";

    public ResponseHeaders() {
        this(512);
    }

    /// @param byteCapacity how many bytes of names and values fit without growing
    public ResponseHeaders(int byteCapacity) {
        super(HeaderName.STATUS.slot(), 1, byteCapacity, 16);
    }

    /// A response with this status; for local replies and tests.
    public static ResponseHeaders of(int status) {
        var headers = new ResponseHeaders();
        headers.status(status);
        return headers;
    }

    /// A copy of `other`.
    public static ResponseHeaders copyOf(ResponseHeaders other) {
        var copy = new ResponseHeaders(Math.max(512, other.byteSize() * 2));
        copy.copyFrom(other);
        return copy;
    }

    /// Becomes equal to `other`.
    public void copyFrom(ResponseHeaders other) {
        copy(other);
        reasonPhrase = other.reasonPhrase;
    }

    /// The status, 0 if there is none or it is not a number of three digits.
    public int status() {
        if (status == 0) {
            long number = getLong(HeaderName.STATUS, 0);
            status = number >= 100 && number <= 999 ? (int) number : 0;
        }
        return contains(HeaderName.STATUS) ? status : 0;
    }

    public void status(int status) {
        setLong(HeaderName.STATUS, status);
    }

    /// What HTTP/1 says after the status; empty for the usual phrase.
    public String reasonPhrase() {
        return reasonPhrase;
    }

    /// @param phrase printable ASCII; empty for the usual phrase
    public void reasonPhrase(String phrase) {
        for (int index = 0; index < phrase.length(); index++) {
            char character = phrase.charAt(index);
            if (character < 0x20 && character != '\t' || character == 0x7f || character > 0xff) {
                throw new IllegalArgumentException(
                        "char 0x%x cannot be in a reason phrase".formatted((int) character));
            }
        }
        reasonPhrase = phrase;
    }

    @Override
    public void clear() {
        super.clear();
        reasonPhrase = "";
    }
}
