package io.nuncio.loadbalancers;

import io.nuncio.spi.RuntimeValues;

import java.util.Map;

/// A runtime that has numbers.
record FakeRuntime(Map<String, Double> numbers) implements RuntimeValues {
    @Override
    public long integer(String key, long otherwise) {
        return (long) number(key, otherwise);
    }

    @Override
    public double number(String key, double otherwise) {
        return numbers.getOrDefault(key, otherwise);
    }

    @Override
    public boolean truth(String key, boolean otherwise) {
        return otherwise;
    }

    @Override
    public boolean enabled(String key, int numerator, int denominator, long random) {
        return UNSET.enabled(key, numerator, denominator, random);
    }
}
