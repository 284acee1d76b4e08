package io.nuncio.spi;

/// A fixed set of header names, for [HeaderMap#removeAll]: a map that has none of them says so
/// after two comparisons. Immutable; make it once.
public final class HeaderNames {
    private final HeaderName[] names;
    private final long slots;
    private final long others;

    private HeaderNames(HeaderName[] names, long slots, long others) {
        this.names = names;
        this.slots = slots;
        this.others = others;
    }

    public static HeaderNames of(HeaderName... names) {
        long slots = 0;
        long others = 0;
        for (HeaderName name : names) {
            if (name.slot() >= 0) {
                slots |= 1L << name.slot();
            } else {
                others |= HeaderMap.otherBit(name.key());
            }
        }
        return new HeaderNames(names.clone(), slots, others);
    }

    HeaderName[] names() {
        return names;
    }

    /// Bit per slot.
    long slots() {
        return slots;
    }

    /// Bit per hash of the names without a slot.
    long others() {
        return others;
    }
}
