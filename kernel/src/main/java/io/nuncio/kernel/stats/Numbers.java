package io.nuncio.kernel.stats;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Numbers written the way Envoy's pages write them.
final class Numbers {
    private Numbers() {}

    /// As C's `%g` does with that precision: rounded to so many digits, no trailing zeros, an
    /// exponent below 1e-4 and from 10^precision on.
    static String general(double value, int precision) {
        if (!Double.isFinite(value)) {
            return notFinite(value);
        }
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(precision, RoundingMode.HALF_EVEN));
        return write(rounded, precision);
    }

    /// With as many digits as it takes to read the same number back; an exponent below 1e-4 and
    /// from 1e16 on.
    static String shortest(double value) {
        if (!Double.isFinite(value)) {
            return notFinite(value);
        }
        return write(new BigDecimal(Double.toString(value)), 16);
    }

    private static String notFinite(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }

    private static String write(BigDecimal value, int leastWithExponent) {
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal stripped = value.stripTrailingZeros();
        int exponent = stripped.precision() - stripped.scale() - 1;
        if (exponent >= -4 && exponent < leastWithExponent) {
            return stripped.toPlainString();
        }
        String mantissa = stripped.movePointLeft(exponent).toPlainString();
        int size = Math.abs(exponent);
        return mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
