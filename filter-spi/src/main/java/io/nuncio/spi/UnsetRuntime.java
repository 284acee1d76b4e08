package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// A runtime in which every value is its default.
final class UnsetRuntime implements RuntimeValues {
    @Override
    public LongSupplier integer(String key, long defaultValue) {
        return () -> defaultValue;
    }

    @Override
    public DoubleSupplier number(String key, double defaultValue) {
        return () -> defaultValue;
    }

    @Override
    public BooleanSupplier flag(String key, boolean defaultValue) {
        return () -> defaultValue;
    }

    @Override
    public RuntimeFraction fraction(RuntimeFractionalPercent percent) {
        return RuntimeFraction.of(percent.getDefaultValue());
    }
}
