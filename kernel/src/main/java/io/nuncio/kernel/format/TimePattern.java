package io.nuncio.kernel.format;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// A compiled time format: strftime's specifiers, those of absl's `FormatTime`, and Envoy's `%s`,
/// `%f`, `%1f` to `%9f`. What is not a specifier stands for itself.
final class TimePattern {
    /// Envoy's default: `2018-03-28T23:35:58.000Z`, or with the offset instead of `Z`.
    private static final String DEFAULT = "%Y-%m-%dT%H:%M:%E3SZ";

    private static final String DEFAULT_LOCAL = "%Y-%m-%dT%H:%M:%E3S%z";

    /// A line break in a value would end the header that it may be written into.
    private static final Pattern NEW_LINE = Pattern.compile("%[-_0^#]*[1-9]*[EO]?n");

    private static final int LITERAL = 0;
    private static final int FRACTION = 1;
    private static final int SECONDS_FRACTION = 2;

    /// `kind` is one of the constants above or the specifier's own letter.
    private record Part(int kind, int digits, byte[] literal) {}

    /// The text of a second with zeros where its milliseconds go; null if the pattern has fractions
    /// of another precision.
    private record Second(long epoch, byte @Nullable [] text, int[] millisAt) {}

    private final List<Part> parts;
    private final @Nullable ZoneId zone;

    /// The second that was asked for last. Racy on purpose: whoever finds another one makes his
    /// own.
    private @Nullable Second last;

    private TimePattern(List<Part> parts, @Nullable ZoneId zone) {
        this.parts = List.copyOf(parts);
        this.zone = zone;
    }

    /// @param zone null for UTC
    static TimePattern of(String format, @Nullable ZoneId zone) throws InvalidFormat {
        if (NEW_LINE.matcher(format).find()) {
            throw new InvalidFormat("a time format must not contain a line break (`%n`)");
        }
        String pattern = format;
        if (format.isEmpty()) {
            pattern = zone == null ? DEFAULT : DEFAULT_LOCAL;
        }
        return new TimePattern(parse(pattern), zone);
    }

    private static List<Part> parse(String pattern) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            if (c != '%' || at + 1 == pattern.length()) {
                literal.append(c);
                at++;
                continue;
            }
            char next = pattern.charAt(at + 1);
            char third = at + 2 < pattern.length() ? pattern.charAt(at + 2) : 0;
            char fourth = at + 3 < pattern.length() ? pattern.charAt(at + 3) : 0;
            if (next == '%') {
                literal.append('%');
                at += 2;
            } else if (next == 't') {
                literal.append('\t');
                at += 2;
            } else if (next == 'f') {
                add(parts, literal, new Part(FRACTION, 9, new byte[0]));
                at += 2;
            } else if (next >= '1' && next <= '9' && third == 'f') {
                add(parts, literal, new Part(FRACTION, next - '0', new byte[0]));
                at += 3;
            } else if (next == 'E' && third == 'z') {
                add(parts, literal, new Part('Z' + 0x100, 0, new byte[0]));
                at += 3;
            } else if (next == 'E' && third == 'T') {
                literal.append('T');
                at += 3;
            } else if (next == 'E' && third >= '0' && third <= '9' && fourth == 'S') {
                add(parts, literal, new Part(SECONDS_FRACTION, third - '0', new byte[0]));
                at += 4;
            } else if (next == 'E' && third >= '0' && third <= '9' && fourth == 'f') {
                add(parts, literal, new Part(FRACTION, third - '0', new byte[0]));
                at += 4;
            } else if (next == 'E' && third == '4' && fourth == 'Y') {
                add(parts, literal, new Part('Y', 0, new byte[0]));
                at += 4;
            } else if (next == 'E' && third == '*' && (fourth == 'S' || fourth == 'f')) {
                int kind = fourth == 'S' ? SECONDS_FRACTION : FRACTION;
                add(parts, literal, new Part(kind, -1, new byte[0]));
                at += 4;
            } else if ("aAbBcCdDeFgGhHIjklmMprRsSTuUVwWxXyYzZ".indexOf(next) >= 0) {
                add(parts, literal, new Part(next, 0, new byte[0]));
                at += 2;
            } else {
                literal.append(c);
                at++;
            }
        }
        flush(parts, literal);
        return parts;
    }

    private static void add(List<Part> parts, StringBuilder literal, Part part) {
        flush(parts, literal);
        parts.add(part);
    }

    private static void flush(List<Part> parts, StringBuilder literal) {
        if (!literal.isEmpty()) {
            parts.add(new Part(LITERAL, 0, literal.toString().getBytes(StandardCharsets.UTF_8)));
            literal.setLength(0);
        }
    }

    void append(long epochMicros, Line line) {
        long seconds = Math.floorDiv(epochMicros, 1_000_000);
        int micros = (int) Math.floorMod(epochMicros, 1_000_000);
        Second second = last;
        if (second == null || second.epoch != seconds) {
            second = render(seconds);
            last = second;
        }
        if (second.text == null) {
            append(seconds, micros * 1000, line);
            return;
        }
        int start = line.length();
        line.append(second.text);
        for (int at : second.millisAt) {
            line.setPadded(start + at, micros / 1000, 3);
        }
    }

    /// The text of one second, to be reused for all entries of that second.
    private Second render(long seconds) {
        List<Integer> millisAt = new ArrayList<>();
        Line line = new Line(32);
        for (Part part : parts) {
            if (part.kind == FRACTION || part.kind == SECONDS_FRACTION) {
                if (part.digits != 3) {
                    return new Second(seconds, null, new int[0]);
                }
                new TimePattern(List.of(part), zone).append(seconds, 0, line);
                millisAt.add(line.length() - 3);
            } else {
                new TimePattern(List.of(part), zone).append(seconds, 0, line);
            }
        }
        byte[] text = Arrays.copyOf(line.bytes(), line.length());
        return new Second(seconds, text, millisAt.stream().mapToInt(Integer::intValue).toArray());
    }

    private void append(long seconds, int nanos, Line line) {
        int offset = zone == null ? 0 : offset(zone, seconds);
        long local = seconds + offset;
        long day = Math.floorDiv(local, 86_400);
        int ofDay = (int) Math.floorMod(local, 86_400);
        int hour = ofDay / 3600;
        int minute = ofDay / 60 % 60;
        int second = ofDay % 60;
        // Days to year, month and day, counted in eras of 400 years that begin in March.
        long shifted = day + 719_468;
        long era = Math.floorDiv(shifted, 146_097);
        int ofEra = (int) (shifted - era * 146_097);
        int yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int fromMarch = (5 * ofYear + 2) / 153;
        int dayOfMonth = ofYear - (153 * fromMarch + 2) / 5 + 1;
        int month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);

        for (Part part : parts) {
            switch (part.kind) {
                case LITERAL -> line.append(part.literal);
                case FRACTION -> fraction(line, nanos, part.digits, false);
                case SECONDS_FRACTION -> {
                    line.appendPadded(second, 2);
                    fraction(line, nanos, part.digits, true);
                }
                case 'Y' -> line.appendNumber(year);
                case 'm' -> line.appendPadded(month, 2);
                case 'd' -> line.appendPadded(dayOfMonth, 2);
                case 'H' -> line.appendPadded(hour, 2);
                case 'M' -> line.appendPadded(minute, 2);
                case 'S' -> line.appendPadded(second, 2);
                case 's' -> line.appendNumber(seconds);
                case 'T', 'X' -> clock(line, hour, minute, second);
                case 'F' -> {
                    line.appendNumber(year);
                    line.append((byte) '-');
                    line.appendPadded(month, 2);
                    line.append((byte) '-');
                    line.appendPadded(dayOfMonth, 2);
                }
                case 'D', 'x' -> {
                    line.appendPadded(month, 2);
                    line.append((byte) '/');
                    line.appendPadded(dayOfMonth, 2);
                    line.append((byte) '/');
                    line.appendPadded(Math.floorMod(year, 100), 2);
                }
                case 'R' -> {
                    line.appendPadded(hour, 2);
                    line.append((byte) ':');
                    line.appendPadded(minute, 2);
                }
                case 'e' -> spaced(line, dayOfMonth);
                case 'k' -> spaced(line, hour);
                case 'l' -> spaced(line, twelve(hour));
                case 'I' -> line.appendPadded(twelve(hour), 2);
                case 'p' -> line.appendBytes(hour < 12 ? "AM" : "PM");
                case 'r' -> {
                    clock(line, twelve(hour), minute, second);
                    line.appendBytes(hour < 12 ? " AM" : " PM");
                }
                case 'y' -> line.appendPadded(Math.floorMod(year, 100), 2);
                case 'C' -> line.appendPadded(Math.floorDiv(year, 100), 2);
                case 'z' -> offset(line, offset, false);
                case 'Z' + 0x100 -> offset(line, offset, true);
                case 'Z' -> line.appendText(zoneName(seconds));
                default -> calendar(part.kind, LocalDate.of(year, month, dayOfMonth), ofDay, line);
            }
        }
    }

    /// The specifiers that logs seldom use.
    private static void calendar(int kind, LocalDate date, int ofDay, Line line) {
        int weekday = date.getDayOfWeek().getValue();
        int ofYear = date.getDayOfYear();
        switch (kind) {
            case 'a' -> line.appendText(name(date, TextStyle.SHORT));
            case 'A' -> line.appendText(name(date, TextStyle.FULL));
            case 'b', 'h' -> line.appendText(monthName(date, TextStyle.SHORT));
            case 'B' -> line.appendText(monthName(date, TextStyle.FULL));
            case 'c' -> {
                line.appendText(name(date, TextStyle.SHORT));
                line.append((byte) ' ');
                line.appendText(monthName(date, TextStyle.SHORT));
                line.append((byte) ' ');
                spaced(line, date.getDayOfMonth());
                line.append((byte) ' ');
                clock(line, ofDay / 3600, ofDay / 60 % 60, ofDay % 60);
                line.append((byte) ' ');
                line.appendNumber(date.getYear());
            }
            case 'j' -> line.appendPadded(ofYear, 3);
            case 'u' -> line.appendNumber(weekday);
            case 'w' -> line.appendNumber(weekday % 7);
            case 'U' -> line.appendPadded((ofYear + 6 - weekday % 7) / 7, 2);
            case 'W' -> line.appendPadded((ofYear + 6 - (weekday - 1)) / 7, 2);
            case 'V' -> line.appendPadded(date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case 'G' -> line.appendNumber(date.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> line.appendPadded(date.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
            default -> throw new IllegalStateException("specifier " + (char) kind);
        }
    }

    private static String name(LocalDate date, TextStyle style) {
        return date.getDayOfWeek().getDisplayName(style, Locale.ENGLISH);
    }

    private static String monthName(LocalDate date, TextStyle style) {
        return date.getMonth().getDisplayName(style, Locale.ENGLISH);
    }

    private static void fraction(Line line, int nanos, int digits, boolean withDot) {
        int count = digits;
        if (count < 0) {
            count = 9;
            for (int rest = nanos; count > 0 && rest % 10 == 0; rest /= 10) {
                count--;
            }
        }
        if (withDot && count > 0) {
            line.append((byte) '.');
        }
        int value = nanos;
        for (int drop = 9 - count; drop > 0; drop--) {
            value /= 10;
        }
        if (count > 0) {
            line.appendPadded(value, count);
        }
    }

    private static void clock(Line line, int hour, int minute, int second) {
        line.appendPadded(hour, 2);
        line.append((byte) ':');
        line.appendPadded(minute, 2);
        line.append((byte) ':');
        line.appendPadded(second, 2);
    }

    private static void spaced(Line line, int value) {
        if (value < 10) {
            line.append((byte) ' ');
        }
        line.appendNumber(value);
    }

    private static int twelve(int hour) {
        return hour % 12 == 0 ? 12 : hour % 12;
    }

    private static void offset(Line line, int seconds, boolean colon) {
        line.append((byte) (seconds < 0 ? '-' : '+'));
        int minutes = Math.abs(seconds) / 60;
        line.appendPadded(minutes / 60, 2);
        if (colon) {
            line.append((byte) ':');
        }
        line.appendPadded(minutes % 60, 2);
    }

    private static int offset(ZoneId zone, long seconds) {
        return zone instanceof ZoneOffset fixed
                ? fixed.getTotalSeconds()
                : zone.getRules().getOffset(Instant.ofEpochSecond(seconds)).getTotalSeconds();
    }

    private String zoneName(long seconds) {
        if (zone == null) {
            return "UTC";
        }
        return java.time.format.DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH)
                .format(Instant.ofEpochSecond(seconds).atZone(zone));
    }
}
