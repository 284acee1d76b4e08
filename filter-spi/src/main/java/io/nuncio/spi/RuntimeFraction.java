package io.nuncio.spi;

import io.envoyproxy.envoy.type.v3.FractionalPercent;

import org.osgi.annotation.versioning.ProviderType;

/// A share of what passes by, such as 5 of 1,000,000. Callable from any thread.
@ProviderType
@FunctionalInterface
public interface RuntimeFraction {
    /// Whether one of them belongs to the share.
    ///
    /// @param random 64 random bits, the same for all decisions that should agree
    boolean includes(long random);

    /// A share that nothing changes.
    static RuntimeFraction of(FractionalPercent percent) {
        long numerator = Integer.toUnsignedLong(percent.getNumerator());
        long denominator =
                switch (percent.getDenominator()) {
                    case HUNDRED, UNRECOGNIZED -> 100;
                    case TEN_THOUSAND -> 10_000;
                    case MILLION -> 1_000_000;
                };
        return random -> Long.remainderUnsigned(random, denominator) < numerator;
    }
}
