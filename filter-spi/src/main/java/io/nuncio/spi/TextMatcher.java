package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

import java.nio.charset.StandardCharsets;

/// A condition on text (Envoy: `StringMatcher`), compiled by [FactoryContext#textMatcher].
/// Immutable; any thread.
@ProviderType
@FunctionalInterface
public interface TextMatcher {
    /// Whether the text that is this piece of an array matches; it is not kept.
    boolean matches(byte[] bytes, int start, int length);

    default boolean matches(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return matches(bytes, 0, bytes.length);
    }

    /// Whether the value of an entry of a header map matches, without making a string of it.
    default boolean matches(HeaderMap headers, int entry) {
        return matches(headers.array(), headers.valueStart(entry), headers.valueLength(entry));
    }
}
