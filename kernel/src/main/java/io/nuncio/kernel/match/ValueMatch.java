package io.nuncio.kernel.match;

import com.google.protobuf.Value;

import io.envoyproxy.envoy.type.matcher.v3.DoubleMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A condition on a value of metadata (Envoy: ValueMatcher).
public sealed interface ValueMatch {
    /// What stands where nothing is set: matches no value.
    ValueMatch NEVER = new Kind(Value.KindCase.KIND_NOT_SET);

    /// @param value null if it is absent
    boolean matches(@Nullable Value value);

    /// Compiles Envoy's message; problems are reported below `field`.
    static ValueMatch of(ValueMatcher config, Problems problems, String field) {
        return switch (config.getMatchPatternCase()) {
            case NULL_MATCH -> new Kind(Value.KindCase.NULL_VALUE);
            case DOUBLE_MATCH -> new Number(config.getDoubleMatch());
            case STRING_MATCH ->
                    new Text(
                            TextMatch.of(
                                    config.getStringMatch(), problems, field + ".string_match"));
            case BOOL_MATCH -> new Truth(config.getBoolMatch());
            case PRESENT_MATCH -> new Present(config.getPresentMatch());
            case LIST_MATCH -> list(config.getListMatch(), problems, field + ".list_match");
            case OR_MATCH -> {
                List<ValueMatcher> all = config.getOrMatch().getValueMatchersList();
                ValueMatch[] any = new ValueMatch[all.size()];
                for (int i = 0; i < any.length; i++) {
                    String place = field + ".or_match.value_matchers[" + i + "]";
                    any[i] = of(all.get(i), problems, place);
                }
                yield new Any(any);
            }
            case MATCHPATTERN_NOT_SET -> {
                problems.add(field, "names no pattern");
                yield NEVER;
            }
        };
    }

    private static ValueMatch list(ListMatcher config, Problems problems, String field) {
        if (!config.hasOneOf()) {
            problems.add(field, "names no pattern; expected one_of");
            return NEVER;
        }
        return new OneOf(of(config.getOneOf(), problems, field + ".one_of"));
    }

    /// A value of that kind, whatever it is.
    record Kind(Value.KindCase kind) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            return value != null && value.getKindCase() == kind;
        }
    }

    /// A number that is the one given, or in the range.
    record Number(DoubleMatcher matcher) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            if (value == null || !value.hasNumberValue()) {
                return false;
            }
            double number = value.getNumberValue();
            return matcher.hasRange()
                    ? number >= matcher.getRange().getStart()
                            && number < matcher.getRange().getEnd()
                    : matcher.hasExact() && number == matcher.getExact();
        }
    }

    /// Text that matches.
    record Text(TextMatch text) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            if (value == null || !value.hasStringValue()) {
                return false;
            }
            byte[] bytes = value.getStringValue().getBytes(StandardCharsets.UTF_8);
            return text.matches(bytes, 0, bytes.length);
        }
    }

    /// `true` or `false`.
    record Truth(boolean wanted) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            return value != null && value.hasBoolValue() && value.getBoolValue() == wanted;
        }
    }

    /// Whether there is a value at all.
    record Present(boolean wanted) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            return (value != null && value.getKindCase() != Value.KindCase.KIND_NOT_SET) == wanted;
        }
    }

    /// A list with an element that matches.
    record OneOf(ValueMatch element) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            if (value == null || !value.hasListValue()) {
                return false;
            }
            for (Value each : value.getListValue().getValuesList()) {
                if (element.matches(each)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// What one of several conditions holds for.
    record Any(ValueMatch[] matches) implements ValueMatch {
        @Override
        public boolean matches(@Nullable Value value) {
            for (ValueMatch match : matches) {
                if (match.matches(value)) {
                    return true;
                }
            }
            return false;
        }
    }
}
