package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

/// A statistic whose value is text, such as a version. Any thread may set it.
public final class TextReadout {
    private final String prefix;
    private final String name;
    private final boolean ignored;
    private volatile @Nullable String value;

    /// For the kernel's statistics store; see [Counter#Counter].
    ///
    /// @param ignored true for a text readout that no one shows: it keeps nothing
    public TextReadout(String prefix, String name, boolean ignored) {
        this.prefix = prefix;
        this.name = name;
        this.ignored = ignored;
    }

    /// A text readout of its own, outside any store; for tests.
    public static TextReadout detached(String name) {
        return new TextReadout("", name, false);
    }

    /// The whole name; put together at each call, so not for the request path.
    public String name() {
        return prefix.concat(name);
    }

    public void set(String text) {
        if (!ignored) {
            value = text;
        }
    }

    /// The text, empty until it is set.
    public String value() {
        String text = value;
        return text == null ? "" : text;
    }

    /// True once the text was ever set.
    public boolean used() {
        return value != null;
    }

    @Override
    public String toString() {
        return name() + ": \"" + value() + '"';
    }
}
