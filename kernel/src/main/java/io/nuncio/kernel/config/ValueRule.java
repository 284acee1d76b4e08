package io.nuncio.kernel.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.re2j.Pattern;

import io.envoyproxy.pgv.validate.Validate;
import io.envoyproxy.pgv.validate.Validate.FieldRules;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// The rules of one value, compiled.
@FunctionalInterface
interface ValueRule {
    /// Why the value is wrong, or null if it is right.
    @Nullable String violation(Object value);

    /// The rules for values of the field, or null if there are none.
    static @Nullable ValueRule of(FieldDescriptor field, FieldRules rules) {
        if (rules.getTypeCase() == FieldRules.TypeCase.TYPE_NOT_SET) {
            return null;
        }
        return switch (rules.getTypeCase()) {
            case STRING -> unwrapped(field, new StringRule(rules.getString()));
            case BYTES -> unwrapped(field, new BytesRule(rules.getBytes()));
            case BOOL -> unwrapped(field, bool(rules.getBool()));
            case ENUM -> new EnumRule(field.getEnumType(), rules.getEnum());
            case ANY -> any(rules.getAny());
            case DURATION -> duration(rules.getDuration());
            case TIMESTAMP -> timestamp(rules.getTimestamp());
            case REPEATED, MAP, TYPE_NOT_SET -> null;
            case FLOAT,
                    DOUBLE,
                    INT32,
                    INT64,
                    UINT32,
                    UINT64,
                    SINT32,
                    SINT64,
                    FIXED32,
                    FIXED64,
                    SFIXED32,
                    SFIXED64 ->
                    unwrapped(field, number(field, rules));
        };
    }

    /// Rules of a scalar also apply to the wrapper message of that scalar.
    private static ValueRule unwrapped(FieldDescriptor field, ValueRule rule) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return rule;
        }
        FieldDescriptor inner = field.getMessageType().findFieldByNumber(1);
        return value -> rule.violation(((Message) value).getField(inner));
    }

    private static ValueRule bool(Validate.BoolRules rules) {
        return value ->
                rules.hasConst() && (Boolean) value != rules.getConst()
                        ? "value must equal " + rules.getConst()
                        : null;
    }

    private static ValueRule number(FieldDescriptor field, FieldRules rules) {
        DynamicMessage typed = dynamic(numberRules(rules));
        boolean unsigned =
                switch (rules.getTypeCase()) {
                    case UINT32, UINT64, FIXED32, FIXED64 -> true;
                    default -> false;
                };
        boolean ignoreEmpty =
                (Boolean)
                        typed.getField(
                                typed.getDescriptorForType().findFieldByName("ignore_empty"));
        Bounds<BigDecimal> bounds =
                Bounds.of(typed, value -> exact((Number) value, unsigned), ValueRule::plain);
        return value -> {
            Number number = (Number) value;
            if (ignoreEmpty && number.doubleValue() == 0) {
                return null;
            }
            double floating = number.doubleValue();
            if (Double.isNaN(floating) || Double.isInfinite(floating)) {
                return bounds.violationOfSpecial(floating);
            }
            return bounds.violation(exact(number, unsigned));
        };
    }

    private static Message numberRules(FieldRules rules) {
        return switch (rules.getTypeCase()) {
            case FLOAT -> rules.getFloat();
            case DOUBLE -> rules.getDouble();
            case INT32 -> rules.getInt32();
            case INT64 -> rules.getInt64();
            case UINT32 -> rules.getUint32();
            case UINT64 -> rules.getUint64();
            case SINT32 -> rules.getSint32();
            case SINT64 -> rules.getSint64();
            case FIXED32 -> rules.getFixed32();
            case FIXED64 -> rules.getFixed64();
            case SFIXED32 -> rules.getSfixed32();
            case SFIXED64 -> rules.getSfixed64();
            default -> throw new IllegalArgumentException("no rules of a number: " + rules);
        };
    }

    /// The same rules as a message whose fields can be read by name without looking up accessor
    /// methods first.
    private static DynamicMessage dynamic(Message rules) {
        try {
            return DynamicMessage.parseFrom(rules.getDescriptorForType(), rules.toByteString());
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static BigDecimal exact(Number number, boolean unsigned) {
        return switch (number) {
            case Integer value ->
                    BigDecimal.valueOf(unsigned ? Integer.toUnsignedLong(value) : value);
            case Long value ->
                    unsigned
                            ? new BigDecimal(Long.toUnsignedString(value))
                            : BigDecimal.valueOf(value);
            case Float value -> new BigDecimal(value.toString());
            default -> BigDecimal.valueOf(number.doubleValue());
        };
    }

    private static ValueRule any(Validate.AnyRules rules) {
        Set<String> in = Set.copyOf(rules.getInList());
        Set<String> notIn = Set.copyOf(rules.getNotInList());
        return value -> {
            String typeUrl = Anys.typeUrl((Message) value);
            if (!in.isEmpty() && !in.contains(typeUrl)) {
                return "type URL must be in list " + rules.getInList();
            }
            return notIn.contains(typeUrl)
                    ? "type URL must not be in list " + rules.getNotInList()
                    : null;
        };
    }

    private static ValueRule duration(Validate.DurationRules rules) {
        Bounds<BigDecimal> bounds =
                Bounds.of(
                        dynamic(rules),
                        value -> seconds((Message) value),
                        value -> plain(value) + "s");
        return value -> bounds.violation(seconds((Message) value));
    }

    private static ValueRule timestamp(Validate.TimestampRules rules) {
        Bounds<BigDecimal> bounds =
                Bounds.of(
                        dynamic(rules),
                        value -> seconds((Message) value),
                        value -> plain(value) + "s");
        return value -> {
            BigDecimal time = seconds((Message) value);
            Instant instant = Instant.now();
            BigDecimal now =
                    BigDecimal.valueOf(instant.getEpochSecond())
                            .add(BigDecimal.valueOf(instant.getNano(), 9));
            if (rules.getLtNow() && time.compareTo(now) >= 0) {
                return "value must be less than now";
            }
            if (rules.getGtNow() && time.compareTo(now) <= 0) {
                return "value must be greater than now";
            }
            if (rules.hasWithin()
                    && time.subtract(now).abs().compareTo(seconds(rules.getWithin())) > 0) {
                return "value must be within " + plain(seconds(rules.getWithin())) + "s of now";
            }
            return bounds.violation(time);
        };
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    /// The seconds of a Duration or Timestamp, generated or dynamic.
    private static BigDecimal seconds(Message value) {
        long seconds;
        int nanos;
        switch (value) {
            case Duration duration -> {
                seconds = duration.getSeconds();
                nanos = duration.getNanos();
            }
            case Timestamp timestamp -> {
                seconds = timestamp.getSeconds();
                nanos = timestamp.getNanos();
            }
            default -> {
                Descriptor type = value.getDescriptorForType();
                seconds = (Long) value.getField(type.findFieldByNumber(1));
                nanos = (Integer) value.getField(type.findFieldByNumber(2));
            }
        }
        return BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, 9));
    }

    /// Rules of an enum field.
    final class EnumRule implements ValueRule {
        private final EnumDescriptor type;
        private final Validate.EnumRules rules;

        EnumRule(EnumDescriptor type, Validate.EnumRules rules) {
            this.type = type;
            this.rules = rules;
        }

        @Override
        public @Nullable String violation(Object value) {
            int number = ((EnumValueDescriptor) value).getNumber();
            if (rules.hasConst() && number != rules.getConst()) {
                return "value must equal " + name(rules.getConst());
            }
            if (rules.getDefinedOnly() && type.findValueByNumber(number) == null) {
                return "value must be one of the defined enum values";
            }
            if (rules.getInCount() > 0 && !rules.getInList().contains(number)) {
                return "value must be in list " + names(rules.getInList());
            }
            return rules.getNotInList().contains(number)
                    ? "value must not be in list " + names(rules.getNotInList())
                    : null;
        }

        private String names(List<Integer> numbers) {
            return numbers.stream().map(this::name).toList().toString();
        }

        private String name(int number) {
            EnumValueDescriptor value = type.findValueByNumber(number);
            return value == null ? Integer.toString(number) : value.getName();
        }
    }

    /// Rules of a bytes field.
    final class BytesRule implements ValueRule {
        private final Validate.BytesRules rules;
        private final Set<ByteString> in;
        private final Set<ByteString> notIn;
        private final @Nullable Pattern pattern;

        BytesRule(Validate.BytesRules rules) {
            this.rules = rules;
            this.in = new HashSet<>(rules.getInList());
            this.notIn = new HashSet<>(rules.getNotInList());
            this.pattern = rules.hasPattern() ? Pattern.compile(rules.getPattern()) : null;
        }

        @Override
        public @Nullable String violation(Object value) {
            ByteString bytes = (ByteString) value;
            if (bytes.isEmpty() && rules.getIgnoreEmpty()) {
                return null;
            }
            int size = bytes.size();
            if (rules.hasConst() && !bytes.equals(rules.getConst())) {
                return "value must equal the constant of the API";
            }
            if (rules.hasLen() && size != rules.getLen()) {
                return "value length must be " + rules.getLen() + " bytes";
            }
            if (rules.hasMinLen() && size < rules.getMinLen()) {
                return "value length must be at least " + rules.getMinLen() + " bytes";
            }
            if (rules.hasMaxLen() && size > rules.getMaxLen()) {
                return "value length must be at most " + rules.getMaxLen() + " bytes";
            }
            if (pattern != null && !pattern.matcher(bytes.toStringUtf8()).find()) {
                return "value does not match regex pattern `" + rules.getPattern() + "`";
            }
            if (rules.hasPrefix() && !bytes.startsWith(rules.getPrefix())) {
                return "value does not have the required prefix";
            }
            if (rules.hasSuffix() && !bytes.endsWith(rules.getSuffix())) {
                return "value does not have the required suffix";
            }
            if (rules.hasContains() && !contains(bytes, rules.getContains())) {
                return "value does not contain the required bytes";
            }
            if (!in.isEmpty() && !in.contains(bytes)) {
                return "value is not one of those that the API lists";
            }
            if (notIn.contains(bytes)) {
                return "value is one of those that the API excludes";
            }
            return switch (rules.getWellKnownCase()) {
                case IP ->
                        rules.getIp() && size != 4 && size != 16
                                ? "value must be a valid IP address"
                                : null;
                case IPV4 ->
                        rules.getIpv4() && size != 4 ? "value must be a valid IPv4 address" : null;
                case IPV6 ->
                        rules.getIpv6() && size != 16 ? "value must be a valid IPv6 address" : null;
                case WELLKNOWN_NOT_SET -> null;
            };
        }

        private static boolean contains(ByteString bytes, ByteString part) {
            for (int at = 0; at + part.size() <= bytes.size(); at++) {
                if (bytes.substring(at, at + part.size()).equals(part)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// The comparisons that the rules of numbers, durations and timestamps share.
    final class Bounds<T extends Comparable<T>> {
        private final @Nullable T constant;
        private final @Nullable T lt;
        private final @Nullable T lte;
        private final @Nullable T gt;
        private final @Nullable T gte;
        private final Collection<T> in;
        private final Collection<T> notIn;
        private final Function<T, String> text;

        private Bounds(Message rules, Function<Object, T> convert, Function<T, String> text) {
            this.constant = bound(rules, "const", convert);
            this.lt = bound(rules, "lt", convert);
            this.lte = bound(rules, "lte", convert);
            this.gt = bound(rules, "gt", convert);
            this.gte = bound(rules, "gte", convert);
            this.in = all(rules, "in", convert);
            this.notIn = all(rules, "not_in", convert);
            this.text = text;
        }

        static <T extends Comparable<T>> Bounds<T> of(
                Message rules, Function<Object, T> convert, Function<T, String> text) {
            return new Bounds<>(rules, convert, text);
        }

        private static <T> @Nullable T bound(
                Message rules, String name, Function<Object, T> convert) {
            FieldDescriptor field = rules.getDescriptorForType().findFieldByName(name);
            return field != null && rules.hasField(field)
                    ? convert.apply(rules.getField(field))
                    : null;
        }

        private static <T> Collection<T> all(
                Message rules, String name, Function<Object, T> convert) {
            FieldDescriptor field = rules.getDescriptorForType().findFieldByName(name);
            if (field == null) {
                return List.of();
            }
            List<T> values = new ArrayList<>();
            for (Object value : (List<?>) rules.getField(field)) {
                values.add(convert.apply(value));
            }
            return values;
        }

        @Nullable String violation(T value) {
            if (constant != null && value.compareTo(constant) != 0) {
                return "value must equal " + text.apply(constant);
            }
            T low = gt != null ? gt : gte;
            T high = lt != null ? lt : lte;
            boolean lowHolds =
                    low == null
                            || (gt != null ? value.compareTo(low) > 0 : value.compareTo(low) >= 0);
            boolean highHolds =
                    high == null
                            || (lt != null
                                    ? value.compareTo(high) < 0
                                    : value.compareTo(high) <= 0);
            // A lower bound above the upper one excludes what is between them.
            boolean outside = low != null && high != null && low.compareTo(high) > 0;
            if (outside ? !lowHolds && !highHolds : !lowHolds || !highHolds) {
                return "value must be " + range(low, high, outside);
            }
            if (!in.isEmpty() && in.stream().noneMatch(allowed -> allowed.compareTo(value) == 0)) {
                return "value must be in list " + in.stream().map(text).toList();
            }
            if (notIn.stream().anyMatch(refused -> refused.compareTo(value) == 0)) {
                return "value must not be in list " + notIn.stream().map(text).toList();
            }
            return null;
        }

        /// For NaN and the infinities, which no list has.
        @Nullable String violationOfSpecial(double value) {
            boolean low = gt != null || gte != null;
            boolean high = lt != null || lte != null;
            boolean holds =
                    constant == null
                            && in.isEmpty()
                            && (Double.isNaN(value) ? !low && !high : value > 0 ? !high : !low);
            if (holds) {
                return null;
            }
            return constant != null
                    ? "value must equal " + text.apply(constant)
                    : low || high
                            ? "value must be "
                                    + range(gt != null ? gt : gte, lt != null ? lt : lte, false)
                            : "value must be in list " + in.stream().map(text).toList();
        }

        private String range(@Nullable T low, @Nullable T high, boolean outside) {
            String lower =
                    low == null
                            ? ""
                            : (gt != null ? "greater than " : "greater than or equal to ")
                                    + text.apply(low);
            String upper =
                    high == null
                            ? ""
                            : (lt != null ? "less than " : "less than or equal to ")
                                    + text.apply(high);
            return low == null || high == null
                    ? lower + upper
                    : lower + (outside ? " or " : " and ") + upper;
        }
    }
}
