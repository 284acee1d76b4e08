package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// Envoy's runtime: values that the operator sets by key, in layers, beside the configuration.
///
/// Thread: any; a read sees the newest values and costs one lookup, so keep the key and ask again
/// rather than keeping a value. Everything takes what holds if the key is empty, is not set, or has
/// a value of another kind.
@ProviderType
public interface RuntimeValues {
    /// A runtime in which nothing is set.
    RuntimeValues UNSET =
            new RuntimeValues() {
                @Override
                public long integer(String key, long otherwise) {
                    return otherwise;
                }

                @Override
                public double number(String key, double otherwise) {
                    return otherwise;
                }

                @Override
                public boolean truth(String key, boolean otherwise) {
                    return otherwise;
                }

                @Override
                public boolean enabled(String key, int numerator, int denominator, long random) {
                    return Long.remainderUnsigned(random, denominator) < numerator;
                }
            };

    /// A whole number, 0 or more; fractions are cut off.
    long integer(String key, long otherwise);

    double number(String key, double otherwise);

    boolean truth(String key, boolean otherwise);

    /// True for a share of all random numbers: the share that is set, a whole number being percent,
    /// else `numerator` of `denominator`.
    ///
    /// @param denominator above 0
    /// @param random unsigned; the same number gives the same answer, so that several places can
    ///   agree on a stream
    boolean enabled(String key, int numerator, int denominator, long random);
}
