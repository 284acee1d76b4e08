package io.nuncio.spi;

/// The HTTP version of a connection; `toString` is what `%PROTOCOL%` prints.
public enum Protocol {
    HTTP10("HTTP/1.0"),
    HTTP11("HTTP/1.1"),
    HTTP2("HTTP/2"),
    HTTP3("HTTP/3");

    private final String text;

    Protocol(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
