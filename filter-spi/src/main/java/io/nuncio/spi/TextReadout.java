package io.nuncio.spi;

/// A statistic whose value is text. Any thread may set it.
public final class TextReadout {
    private final String name;
    private volatile String value = "";

    public TextReadout(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public void set(String text) {
        value = text;
    }

    public String value() {
        return value;
    }
}
