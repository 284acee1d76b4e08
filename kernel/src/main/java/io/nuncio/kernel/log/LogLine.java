package io.nuncio.kernel.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A compiled `--log-format`: the flags of spdlog, and Envoy's `%_` (message with control
/// characters escaped) and `%j` (message as the inside of a JSON string). An unknown flag stands
/// for itself.
final class LogLine {
    private static final int SOURCE_DEPTH = 0;

    private final List<Part> parts;
    private final boolean escaped;
    private final ZoneId zone;
    private final long processId = ProcessHandle.current().pid();

    /// One event while its line is being made.
    private record Facts(ILoggingEvent event, ZonedDateTime time) {
        StackTraceElement source() {
            StackTraceElement[] caller = event.getCallerData();
            return caller.length > SOURCE_DEPTH
                    ? caller[SOURCE_DEPTH]
                    : new StackTraceElement("", "", "", 0);
        }
    }

    @FunctionalInterface
    private interface Part {
        void append(Facts facts, StringBuilder line);
    }

    LogLine(String format, boolean escaped, ZoneId zone) {
        this.escaped = escaped;
        this.zone = zone;
        parts = parse(format);
    }

    /// The line with its end, and the stack trace of what was thrown below it.
    String of(ILoggingEvent event) {
        Instant instant = event.getInstant();
        var time =
                ZonedDateTime.ofInstant(
                        instant == null ? Instant.ofEpochMilli(event.getTimeStamp()) : instant,
                        zone);
        Facts facts = new Facts(event, time);
        StringBuilder line = new StringBuilder(160);
        for (Part part : parts) {
            part.append(facts, line);
        }
        String text = escaped ? escape(line.toString()) : line.toString();
        String thrown =
                event.getThrowableProxy() == null
                        ? ""
                        : ThrowableProxyUtil.asString(event.getThrowableProxy()).stripTrailing();
        return thrown.isEmpty() ? text + "\n" : text + "\n" + thrown + "\n";
    }

    private List<Part> parse(String format) {
        List<Part> all = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c != '%' || at == format.length()) {
                literal.append(c);
                continue;
            }
            int flagAt = at;
            char align = format.charAt(flagAt);
            if (align == '-' || align == '=') {
                flagAt++;
            } else {
                align = ' ';
            }
            int width = 0;
            while (flagAt < format.length() && Character.isDigit(format.charAt(flagAt))) {
                width = Math.min(128, width * 10 + format.charAt(flagAt++) - '0');
            }
            boolean cut = width > 0 && flagAt + 1 < format.length() && format.charAt(flagAt) == '!';
            if (cut) {
                flagAt++;
            }
            Part part = flagAt < format.length() ? part(format.charAt(flagAt)) : null;
            if (part == null) {
                literal.append('%');
                continue;
            }
            if (!literal.isEmpty()) {
                String text = literal.toString();
                all.add((_, line) -> line.append(text));
                literal.setLength(0);
            }
            all.add(width == 0 ? part : padded(part, align, width, cut));
            at = flagAt + 1;
        }
        if (!literal.isEmpty()) {
            String text = literal.toString();
            all.add((_, line) -> line.append(text));
        }
        return List.copyOf(all);
    }

    private static Part padded(Part part, char align, int width, boolean cut) {
        return (facts, line) -> {
            int start = line.length();
            part.append(facts, line);
            int missing = width - (line.length() - start);
            if (missing < 0 && cut) {
                line.setLength(start + width);
            } else if (missing > 0) {
                int before = align == '-' ? 0 : align == '=' ? missing / 2 : missing;
                line.insert(start, " ".repeat(before));
                line.append(" ".repeat(missing - before));
            }
        };
    }

    @org.jspecify.annotations.Nullable
    private Part part(char flag) {
        return switch (flag) {
            case 'v' -> (facts, line) -> line.append(facts.event.getFormattedMessage());
            case '_' -> (facts, line) -> line.append(escape(facts.event.getFormattedMessage()));
            case 'j' -> (facts, line) -> json(facts.event.getFormattedMessage(), line);
            case 't' -> (_, line) -> line.append(Thread.currentThread().threadId());
            case 'P' -> (_, line) -> line.append(processId);
            case 'n' -> (facts, line) -> line.append(facts.event.getLoggerName());
            case 'l' -> (facts, line) -> line.append(LogLevel.of(facts.event.getLevel()));
            case 'L' -> (facts, line) -> line.append(LogLevel.of(facts.event.getLevel()).letter());
            case '@' ->
                    (facts, line) -> {
                        StackTraceElement source = facts.source();
                        line.append(file(source)).append(':').append(source.getLineNumber());
                    };
            case 'g' -> (facts, line) -> line.append(file(facts.source()));
            case 's' -> (facts, line) -> line.append(facts.source().getFileName());
            case '#' -> (facts, line) -> line.append(facts.source().getLineNumber());
            case '!' -> (facts, line) -> line.append(facts.source().getMethodName());
            case '%' -> (_, line) -> line.append('%');
            case 'a' -> time("EEE");
            case 'A' -> time("EEEE");
            case 'b' -> time("MMM");
            case 'B' -> time("MMMM");
            case 'c' -> time("EEE MMM d HH:mm:ss yyyy");
            case 'C' -> time("yy");
            case 'Y' -> time("yyyy");
            case 'D', 'x' -> time("MM/dd/yy");
            case 'm' -> time("MM");
            case 'd' -> time("dd");
            case 'H' -> time("HH");
            case 'I' -> time("hh");
            case 'M' -> time("mm");
            case 'S' -> time("ss");
            case 'e' -> time("SSS");
            case 'f' -> time("SSSSSS");
            case 'F' -> time("SSSSSSSSS");
            case 'p' -> time("a");
            case 'r' -> time("hh:mm:ss a");
            case 'R' -> time("HH:mm");
            case 'T', 'X' -> time("HH:mm:ss");
            case 'z' -> time("xxx");
            case 'E' -> (facts, line) -> line.append(facts.time.toEpochSecond());
            default -> null;
        };
    }

    private static Part time(String pattern) {
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        return (facts, line) -> formatter.formatTo(facts.time, line);
    }

    /// Where the class's source is, below the source folder.
    private static String file(StackTraceElement source) {
        int end = source.getClassName().lastIndexOf('.');
        String folder =
                end < 0 ? "" : source.getClassName().substring(0, end + 1).replace('.', '/');
        return folder + source.getFileName();
    }

    /// C's escape sequences for control characters, quotes and backslashes; the white space at the
    /// end stays.
    static String escape(String text) {
        int end = text.length();
        while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int index = 0; index < end; index++) {
            char c = text.charAt(index);
            switch (c) {
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                case '"' -> escaped.append("\\\"");
                case '\'' -> escaped.append("\\'");
                case '\\' -> escaped.append("\\\\");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        escaped.append('\\')
                                .append((char) ('0' + (c >> 6)))
                                .append((char) ('0' + ((c >> 3) & 7)))
                                .append((char) ('0' + (c & 7)));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.append(text, end, text.length()).toString();
    }

    private static void json(String text, StringBuilder line) {
        for (int index = 0; index < text.length(); index++) {
            char c = text.charAt(index);
            switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case '"' -> line.append("\\\"");
                case '\\' -> line.append("\\\\");
                default -> {
                    if (c < 0x20) {
                        line.append(String.format("\\u%04x", (int) c));
                    } else {
                        line.append(c);
                    }
                }
            }
        }
    }
}
