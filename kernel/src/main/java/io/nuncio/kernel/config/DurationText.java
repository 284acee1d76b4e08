package io.nuncio.kernel.config;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/// Durations and points in time as protobuf's JSON writes them.
final class DurationText {
    private static final long MAX_SECONDS = 315_576_000_000L;

    private DurationText() {}

    /// `[-]digits[.up to 9 digits]s`, or null for anything else.
    static @Nullable Duration parse(String text) {
        int length = text.length();
        int at = length > 0 && text.charAt(0) == '-' ? 1 : 0;
        boolean negative = at == 1;
        long seconds = 0;
        int digits = 0;
        for (; at < length && digit(text.charAt(at)); at++, digits++) {
            seconds = seconds * 10 + text.charAt(at) - '0';
            if (seconds > MAX_SECONDS) {
                return null;
            }
        }
        if (digits == 0) {
            return null;
        }
        int nanos = 0;
        if (at < length && text.charAt(at) == '.') {
            int scale = 100_000_000;
            int start = ++at;
            for (; at < length && digit(text.charAt(at)); at++) {
                if (scale == 0) {
                    return null;
                }
                nanos += (text.charAt(at) - '0') * scale;
                scale /= 10;
            }
            if (at == start) {
                return null;
            }
        }
        if (at != length - 1 || text.charAt(at) != 's') {
            return null;
        }
        return Duration.newBuilder()
                .setSeconds(negative ? -seconds : seconds)
                .setNanos(negative ? -nanos : nanos)
                .build();
    }

    /// How a duration in another notation (`250ms`, `1h30m`, `5`) is written, or null if it is not
    /// one.
    static @Nullable String corrected(String text) {
        String rest = text.strip();
        if (rest.startsWith("+")) {
            rest = rest.substring(1);
        }
        BigDecimal seconds = BigDecimal.ZERO;
        if (rest.isEmpty() || rest.length() > 40) {
            return null;
        }
        while (!rest.isEmpty()) {
            int number = 0;
            while (number < rest.length()
                    && (digit(rest.charAt(number)) || rest.charAt(number) == '.')) {
                number++;
            }
            int unit = number;
            while (unit < rest.length() && Character.isLetter(rest.charAt(unit))) {
                unit++;
            }
            String value = rest.substring(0, number);
            if (unit == 0 || !YamlScalars.looksDecimal(value)) {
                return null;
            }
            BigDecimal scale =
                    switch (rest.substring(number, unit)) {
                        case "", "s", "sec", "secs", "second", "seconds" -> BigDecimal.ONE;
                        case "ms" -> new BigDecimal("0.001");
                        case "us" -> new BigDecimal("0.000001");
                        case "ns" -> new BigDecimal("0.000000001");
                        case "m", "min", "minute", "minutes" -> BigDecimal.valueOf(60);
                        case "h", "hour", "hours" -> BigDecimal.valueOf(3600);
                        case "d", "day", "days" -> BigDecimal.valueOf(86_400);
                        default -> null;
                    };
            if (scale == null) {
                return null;
            }
            seconds = seconds.add(new BigDecimal(value).multiply(scale));
            rest = rest.substring(unit);
        }
        String written =
                (seconds.signum() == 0 ? "0" : seconds.stripTrailingZeros().toPlainString()) + "s";
        return parse(written) == null ? null : written;
    }

    /// A point in time such as `2026-01-31T12:00:00.5Z`, or null.
    static @Nullable Timestamp timestamp(String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Timestamp.newBuilder()
                    .setSeconds(instant.getEpochSecond())
                    .setNanos(instant.getNano())
                    .build();
        } catch (DateTimeException notATime) {
            return null;
        }
    }

    private static boolean digit(char character) {
        return character >= '0' && character <= '9';
    }
}
