package io.nuncio.kernel.stats;

/// The log-linear buckets of circllhist for whole numbers from 0: two significant decimal digits,
/// so 90 buckets per power of ten. Bucket 0 holds the zeros alone; the numbers of the others rise
/// with the values in them, from 1.0 to 9.2e18.
final class Buckets {
    private static final int PER_POWER = 90;

    /// One more than the greatest bucket that a long falls into.
    static final int COUNT = 1 + 19 * PER_POWER;

    private static final double[] POWERS_OF_TEN = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19
    };

    private Buckets() {}

    /// The bucket of a value; negative values count as 0.
    static int of(long value) {
        if (value <= 0) {
            return 0;
        }
        if (value < 10) {
            return number(0, (int) value * 10);
        }
        int exponent = 1;
        long digits = value;
        while (digits >= 100) {
            digits /= 10;
            exponent++;
        }
        return number(exponent, (int) digits);
    }

    private static int number(int exponent, int digits) {
        return 1 + exponent * PER_POWER + digits - 10;
    }

    /// The least value of the bucket.
    static double lowerBound(int bucket) {
        if (bucket == 0) {
            return 0;
        }
        int digits = 10 + (bucket - 1) % PER_POWER;
        return digits / 10.0 * POWERS_OF_TEN[(bucket - 1) / PER_POWER];
    }

    static double width(int bucket) {
        return bucket == 0 ? 0 : POWERS_OF_TEN[(bucket - 1) / PER_POWER] / 10.0;
    }

    static double midpoint(int bucket) {
        return lowerBound(bucket) + width(bucket) / 2.0;
    }
}
