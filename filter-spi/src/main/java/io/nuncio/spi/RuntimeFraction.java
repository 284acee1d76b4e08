package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent;

/// A share of all streams, from Envoy's message: a default, and a runtime key that may replace it.
/// Immutable; any thread.
///
/// @param denominator 100, 10,000 or 1,000,000
public record RuntimeFraction(RuntimeValues values, String key, int numerator, int denominator) {
    public static RuntimeFraction of(RuntimeFractionalPercent message, RuntimeValues values) {
        FractionalPercent share = message.getDefaultValue();
        return new RuntimeFraction(
                values,
                message.getRuntimeKey(),
                share.getNumerator(),
                switch (share.getDenominator()) {
                    case HUNDRED, UNRECOGNIZED -> 100;
                    case TEN_THOUSAND -> 10_000;
                    case MILLION -> 1_000_000;
                });
    }

    /// True if the stream with this random number is part of the share.
    public boolean holds(long random) {
        return key.isEmpty()
                ? Long.remainderUnsigned(random, denominator) < numerator
                : values.enabled(key, numerator, denominator, random);
    }
}
