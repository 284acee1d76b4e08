package io.nuncio.kernel.runtime;

import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.nuncio.spi.RuntimeFraction;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// Where the value of one key stands for all who asked for it. Written by the main thread, read by
/// all.
final class RuntimeCell {
    private volatile @Nullable RuntimeEntry entry;

    void set(@Nullable RuntimeEntry value) {
        entry = value;
    }

    LongSupplier integer(long defaultValue) {
        return () -> {
            RuntimeEntry now = entry;
            Long value = now == null ? null : now.integer();
            return value == null ? defaultValue : value;
        };
    }

    DoubleSupplier number(double defaultValue) {
        return () -> {
            RuntimeEntry now = entry;
            Double value = now == null ? null : now.number();
            return value == null ? defaultValue : value;
        };
    }

    BooleanSupplier flag(boolean defaultValue) {
        return () -> {
            RuntimeEntry now = entry;
            Boolean value = now == null ? null : now.flag();
            return value == null ? defaultValue : value;
        };
    }

    RuntimeFraction fraction(FractionalPercent byDefault) {
        RuntimeFraction otherwise = RuntimeFraction.of(byDefault);
        return random -> {
            RuntimeEntry now = entry;
            RuntimeFraction fraction = now == null ? null : now.fraction();
            return (fraction == null ? otherwise : fraction).includes(random);
        };
    }
}
