package io.nuncio.kernel.match.tree;

import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.kernel.match.TextMatch;
import io.nuncio.spi.InputMatcher;
import io.nuncio.spi.Problems;

import java.nio.charset.StandardCharsets;

/// Text as inputs give it, with a char for each byte.
final class TextInput {
    private TextInput() {}

    /// A key of the configuration in that form.
    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// Compiles a condition on text; what is absent matches none.
    static InputMatcher matcher(
            com.github.xds.type.matcher.v3.StringMatcher config, Problems problems, String field) {
        TextMatch match = TextMatch.of(sameOfEnvoy(config), problems, field);
        return value -> {
            if (!(value instanceof String text)) {
                return false;
            }
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            return match.matches(bytes, 0, bytes.length);
        };
    }

    /// The two messages have the same fields under the same numbers.
    private static StringMatcher sameOfEnvoy(com.github.xds.type.matcher.v3.StringMatcher config) {
        try {
            return StringMatcher.parseFrom(config.toByteString());
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
