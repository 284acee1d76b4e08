package io.nuncio.kernel.extension;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.kernel.config.Nearest;
import io.nuncio.spi.Default;
import io.nuncio.spi.Max;
import io.nuncio.spi.Min;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Binds a `Struct` to a record of an extension's author: the one class that looks into such
/// records.
///
/// A component is a text, a boolean, a whole or broken number, a [Duration], an enum, another
/// record, or a list or map (with texts as keys) of these. Its key is written as `max_count` or
/// `maxCount`. Without a value it takes its [Default]; lists and maps are empty, a component marked
/// `@Nullable` is null, any other is required.
final class RecordBinding {
    private static final Pattern SECONDS = Pattern.compile("(-?)(\\d{1,12})(?:\\.(\\d{1,9}))?s");

    private RecordBinding() {}

    /// @return null if anything was wrong; it is reported
    static <T> @Nullable T bind(Struct struct, Class<T> type, Problems problems) {
        int before = problems.all().size();
        RecordComponent[] components = type.getRecordComponents();
        Map<String, Value> given = byComponent(struct, components, problems);
        var arguments = new @Nullable Object[components.length];
        var parameters = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            parameters[i] = component.getType();
            arguments[i] = component(component, given.get(component.getName()), problems);
        }
        return problems.all().size() == before
                ? construct(type, parameters, arguments, problems)
                : null;
    }

    private static Map<String, Value> byComponent(
            Struct struct, RecordComponent[] components, Problems problems) {
        var names = new LinkedHashMap<String, String>();
        for (RecordComponent component : components) {
            names.put(component.getName(), component.getName());
            names.put(key(component), component.getName());
        }
        var given = new LinkedHashMap<String, Value>();
        struct.getFieldsMap()
                .forEach((key, value) -> {
                    String component = names.get(key);
                    if (component == null) {
                        var known = new TreeSet<String>();
                        for (RecordComponent each : components) {
                            known.add(key(each));
                        }
                        problems.add(key, "unknown field" + Nearest.hint(key, known));
                    } else if (given.put(component, value) != null) {
                        problems.add(key, "is given twice, in two spellings");
                    }
                });
        return given;
    }

    private static @Nullable Object component(
            RecordComponent component, @Nullable Value value, Problems problems) {
        Problems here = problems.in(key(component));
        if (value == null || value.hasNullValue()) {
            return absent(component, here);
        }
        Object bound = value(value, component.getGenericType(), here);
        if (bound instanceof Number number) {
            checkBounds(component, number, here);
        }
        return bound;
    }

    private static @Nullable Object absent(RecordComponent component, Problems here) {
        Class<?> type = component.getType();
        Default byDefault = component.getAnnotation(Default.class);
        if (byDefault != null) {
            return value(Value.newBuilder().setStringValue(byDefault.value()).build(), type, here);
        }
        if (type == List.class) {
            return List.of();
        }
        if (type == Map.class) {
            return Map.of();
        }
        if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            here.add("", "is required");
        }
        return null;
    }

    private static void checkBounds(RecordComponent component, Number number, Problems here) {
        var exact = new BigDecimal(number.toString());
        Min min = component.getAnnotation(Min.class);
        if (min != null && exact.compareTo(BigDecimal.valueOf(min.value())) < 0) {
            here.at("").expected("at least " + min.value()).found(number);
        }
        Max max = component.getAnnotation(Max.class);
        if (max != null && exact.compareTo(BigDecimal.valueOf(max.value())) > 0) {
            here.at("").expected("at most " + max.value()).found(number);
        }
    }

    /// @return null if the value does not fit; it is reported
    private static @Nullable Object value(Value value, Type type, Problems here) {
        if (type instanceof ParameterizedType parameterized) {
            Type[] arguments = parameterized.getActualTypeArguments();
            return parameterized.getRawType() == List.class
                    ? list(value, arguments[0], here)
                    : map(value, arguments[1], here);
        }
        Class<?> raw = (Class<?>) type;
        if (raw == String.class) {
            return value.hasStringValue() ? value.getStringValue() : wrong(value, "a text", here);
        }
        if (raw == boolean.class || raw == Boolean.class) {
            return bool(value, here);
        }
        if (raw == double.class
                || raw == Double.class
                || raw == float.class
                || raw == Float.class) {
            BigDecimal number = number(value);
            if (number == null) {
                return wrong(value, "a number", here);
            }
            boolean single = raw == float.class || raw == Float.class;
            return single ? (Object) number.floatValue() : (Object) number.doubleValue();
        }
        if (raw == int.class || raw == Integer.class) {
            BigInteger whole = whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE, here);
            return whole == null ? null : (Object) whole.intValueExact();
        }
        if (raw == long.class || raw == Long.class) {
            BigInteger whole = whole(value, Long.MIN_VALUE, Long.MAX_VALUE, here);
            return whole == null ? null : (Object) whole.longValueExact();
        }
        if (raw == Duration.class) {
            return duration(value, here);
        }
        if (raw.isEnum()) {
            return constant(value, raw, here);
        }
        if (raw.isRecord()) {
            return value.hasStructValue()
                    ? bind(value.getStructValue(), raw, here)
                    : wrong(value, "an object", here);
        }
        here.add(
                "", "has the type " + raw.getName() + ", which a configuration record cannot have");
        return null;
    }

    private static @Nullable Object list(Value value, Type element, Problems here) {
        if (!value.hasListValue()) {
            return wrong(value, "a list", here);
        }
        var elements = new ArrayList<Object>();
        for (Value each : value.getListValue().getValuesList()) {
            Object bound = value(each, element, here.in("[" + elements.size() + "]"));
            if (bound == null) {
                return null;
            }
            elements.add(bound);
        }
        return List.copyOf(elements);
    }

    private static @Nullable Object map(Value value, Type element, Problems here) {
        if (!value.hasStructValue()) {
            return wrong(value, "an object", here);
        }
        var entries = new LinkedHashMap<String, Object>();
        for (Map.Entry<String, Value> entry : value.getStructValue().getFieldsMap().entrySet()) {
            Object bound =
                    value(entry.getValue(), element, here.in("[\"" + entry.getKey() + "\"]"));
            if (bound == null) {
                return null;
            }
            entries.put(entry.getKey(), bound);
        }
        return Map.copyOf(entries);
    }

    private static @Nullable Object bool(Value value, Problems here) {
        if (value.hasBoolValue()) {
            return value.getBoolValue();
        }
        return switch (value.getStringValue()) {
            case "true" -> true;
            case "false" -> false;
            default -> wrong(value, "true or false", here);
        };
    }

    private static @Nullable BigInteger whole(Value value, long min, long max, Problems here) {
        BigDecimal number = number(value);
        if (number == null || number.stripTrailingZeros().scale() > 0) {
            wrong(value, "a whole number", here);
            return null;
        }
        if (number.compareTo(BigDecimal.valueOf(min)) < 0
                || number.compareTo(BigDecimal.valueOf(max)) > 0) {
            wrong(value, "a whole number between " + min + " and " + max, here);
            return null;
        }
        return number.toBigIntegerExact();
    }

    /// A number, also one that is written as text, which is how large ones come.
    private static @Nullable BigDecimal number(Value value) {
        if (value.hasNumberValue() && Double.isFinite(value.getNumberValue())) {
            return BigDecimal.valueOf(value.getNumberValue());
        }
        if (!value.hasStringValue() || value.getStringValue().length() > 40) {
            return null;
        }
        try {
            var number = new BigDecimal(value.getStringValue());
            // Nothing that fits a long or makes sense as a double is lost, and 1e999999999 is not
            // written out.
            return Math.abs(number.scale()) > 400 ? null : number;
        } catch (NumberFormatException text) {
            return null;
        }
    }

    private static @Nullable Duration duration(Value value, Problems here) {
        var matcher = SECONDS.matcher(value.getStringValue());
        if (!matcher.matches()) {
            wrong(value, "seconds such as 0.25s", here);
            return null;
        }
        String fraction = matcher.group(3) == null ? "" : matcher.group(3);
        long nanos = Long.parseLong((fraction + "000000000").substring(0, 9));
        var duration = Duration.ofSeconds(Long.parseLong(matcher.group(2)), nanos);
        return matcher.group(1).isEmpty() ? duration : duration.negated();
    }

    private static @Nullable Object constant(Value value, Class<?> type, Problems here) {
        var names = new ArrayList<String>();
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            if (name.equalsIgnoreCase(value.getStringValue())) {
                return constant;
            }
            names.add(name);
        }
        return wrong(value, "one of " + String.join(", ", names), here);
    }

    private static @Nullable Object wrong(Value value, String expected, Problems here) {
        Object found =
                switch (value.getKindCase()) {
                    case STRING_VALUE -> value.getStringValue();
                    case NUMBER_VALUE -> plain(value.getNumberValue());
                    case BOOL_VALUE -> value.getBoolValue();
                    case STRUCT_VALUE -> "an object";
                    case LIST_VALUE -> "a list";
                    case NULL_VALUE, KIND_NOT_SET -> "null";
                };
        here.at("").expected(expected).found(found);
        return null;
    }

    /// A whole number without the point that a double has.
    private static Object plain(double number) {
        boolean whole = number == Math.rint(number) && Math.abs(number) < 1L << 53;
        return whole ? (Object) (long) number : (Object) number;
    }

    private static <T> @Nullable T construct(
            Class<T> type, Class<?>[] parameters, @Nullable Object[] arguments, Problems problems) {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getTargetException();
            String message = cause.getMessage();
            problems.add("", message == null ? cause.toString() : message);
            return null;
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(type + " has no canonical constructor", impossible);
        }
    }

    /// `maxCount` as `max_count`.
    private static String key(RecordComponent component) {
        return component
                .getName()
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }
}
