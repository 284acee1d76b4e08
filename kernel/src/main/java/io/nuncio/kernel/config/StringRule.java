package io.nuncio.kernel.config;

import com.google.re2j.Pattern;

import io.envoyproxy.pgv.validate.Validate;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/// The rules of a text field.
final class StringRule implements ValueRule {
    private final Validate.StringRules rules;
    private final Set<String> in;
    private final Set<String> notIn;
    private final @Nullable Pattern pattern;

    StringRule(Validate.StringRules rules) {
        this.rules = rules;
        this.in = new HashSet<>(rules.getInList());
        this.notIn = new HashSet<>(rules.getNotInList());
        this.pattern = rules.hasPattern() ? Pattern.compile(rules.getPattern()) : null;
    }

    @Override
    public @Nullable String violation(Object value) {
        String text = (String) value;
        if (text.isEmpty() && rules.getIgnoreEmpty()) {
            return null;
        }
        String length = lengthViolation(text);
        if (length != null) {
            return length;
        }
        if (rules.hasConst() && !text.equals(rules.getConst())) {
            return "value must equal `" + rules.getConst() + "`";
        }
        if (pattern != null && !pattern.matcher(text).find()) {
            return "value does not match regex pattern `" + rules.getPattern() + "`";
        }
        if (rules.hasPrefix() && !text.startsWith(rules.getPrefix())) {
            return "value does not have prefix `" + rules.getPrefix() + "`";
        }
        if (rules.hasSuffix() && !text.endsWith(rules.getSuffix())) {
            return "value does not have suffix `" + rules.getSuffix() + "`";
        }
        if (rules.hasContains() && !text.contains(rules.getContains())) {
            return "value does not contain substring `" + rules.getContains() + "`";
        }
        if (rules.hasNotContains() && text.contains(rules.getNotContains())) {
            return "value contains substring `" + rules.getNotContains() + "`";
        }
        if (!in.isEmpty() && !in.contains(text)) {
            return "value must be in list " + rules.getInList();
        }
        if (notIn.contains(text)) {
            return "value must not be in list " + rules.getNotInList();
        }
        return wellKnownViolation(text);
    }

    private @Nullable String lengthViolation(String text) {
        if (rules.hasLen() || rules.hasMinLen() || rules.hasMaxLen()) {
            long characters = text.codePointCount(0, text.length());
            if (rules.hasLen() && characters != rules.getLen()) {
                return "value length must be " + rules.getLen() + " characters";
            }
            if (rules.hasMinLen() && characters < rules.getMinLen()) {
                return "value length must be at least " + rules.getMinLen() + " characters";
            }
            if (rules.hasMaxLen() && characters > rules.getMaxLen()) {
                return "value length must be at most " + rules.getMaxLen() + " characters";
            }
        }
        if (rules.hasLenBytes() || rules.hasMinBytes() || rules.hasMaxBytes()) {
            long bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (rules.hasLenBytes() && bytes != rules.getLenBytes()) {
                return "value length must be " + rules.getLenBytes() + " bytes";
            }
            if (rules.hasMinBytes() && bytes < rules.getMinBytes()) {
                return "value length must be at least " + rules.getMinBytes() + " bytes";
            }
            if (rules.hasMaxBytes() && bytes > rules.getMaxBytes()) {
                return "value length must be at most " + rules.getMaxBytes() + " bytes";
            }
        }
        return null;
    }

    private @Nullable String wellKnownViolation(String text) {
        return switch (rules.getWellKnownCase()) {
            case EMAIL ->
                    unless(
                            !rules.getEmail() || isEmail(text),
                            "value must be a valid email address");
            case HOSTNAME ->
                    unless(
                            !rules.getHostname() || isHostname(text),
                            "value must be a valid hostname");
            case IP ->
                    unless(
                            !rules.getIp() || isIpv4(text) || isIpv6(text),
                            "value must be a valid IP address");
            case IPV4 ->
                    unless(!rules.getIpv4() || isIpv4(text), "value must be a valid IPv4 address");
            case IPV6 ->
                    unless(!rules.getIpv6() || isIpv6(text), "value must be a valid IPv6 address");
            case URI -> unless(!rules.getUri() || isUri(text, true), "value must be a valid URI");
            case URI_REF ->
                    unless(!rules.getUriRef() || isUri(text, false), "value must be a valid URI");
            case ADDRESS ->
                    unless(
                            !rules.getAddress() || isHostname(text) || isIpv4(text) || isIpv6(text),
                            "value must be a valid hostname, or an IP address");
            case UUID -> unless(!rules.getUuid() || isUuid(text), "value must be a valid UUID");
            case WELL_KNOWN_REGEX -> wellKnownRegexViolation(text);
            case WELLKNOWN_NOT_SET -> null;
        };
    }

    private static @Nullable String unless(boolean holds, String reason) {
        return holds ? null : reason;
    }

    private @Nullable String wellKnownRegexViolation(String text) {
        return switch (rules.getWellKnownRegex()) {
            case HTTP_HEADER_NAME ->
                    unless(
                            rules.getStrict() ? isHeaderName(text) : hasNoLineEnd(text),
                            "value is not a valid HTTP header name");
            case HTTP_HEADER_VALUE ->
                    unless(
                            rules.getStrict() ? isHeaderValue(text) : hasNoLineEnd(text),
                            "value is not a valid HTTP header value");
            case UNKNOWN -> null;
        };
    }

    private static boolean hasNoLineEnd(String text) {
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if (character == 0 || character == '\n' || character == '\r') {
                return false;
            }
        }
        return true;
    }

    /// An optional colon, then token characters and, by the rule's letter, commas.
    private static boolean isHeaderName(String text) {
        int start = text.startsWith(":") ? 1 : 0;
        for (int at = start; at < text.length(); at++) {
            char character = text.charAt(at);
            if (!isLetterOrDigit(character) && "!#$%&'*+,-.^_|~`".indexOf(character) < 0) {
                return false;
            }
        }
        return text.length() > start;
    }

    private static boolean isHeaderValue(String text) {
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if ((character < 0x20 && character != '\t') || character == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char character) {
        return (character >= '0' && character <= '9')
                || (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z');
    }

    private static boolean isEmail(String text) {
        int at = text.lastIndexOf('@');
        return at > 0 && at <= 64 && text.length() <= 254 && isHostname(text.substring(at + 1));
    }

    private static boolean isHostname(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (name.isEmpty() || name.length() > 253) {
            return false;
        }
        for (String label : name.split("\\.", -1)) {
            if (label.isEmpty()
                    || label.length() > 63
                    || label.startsWith("-")
                    || label.endsWith("-")) {
                return false;
            }
            for (int at = 0; at < label.length(); at++) {
                if (!isLetterOrDigit(label.charAt(at)) && label.charAt(at) != '-') {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty()
                    || part.length() > 3
                    || (part.length() > 1 && part.startsWith("0"))) {
                return false;
            }
            int value = 0;
            for (int at = 0; at < part.length(); at++) {
                int digit = part.charAt(at) - '0';
                if (digit < 0 || digit > 9) {
                    return false;
                }
                value = value * 10 + digit;
            }
            if (value > 255) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv6(String text) {
        int zone = text.indexOf('%');
        String address = zone < 0 ? text : text.substring(0, zone);
        int groups = 8;
        int lastColon = address.lastIndexOf(':');
        if (lastColon < 0) {
            return false;
        }
        if (address.indexOf('.') >= 0) {
            if (!isIpv4(address.substring(lastColon + 1))) {
                return false;
            }
            address = address.substring(0, lastColon + 1) + "0";
            groups = 7;
        }
        int gap = address.indexOf("::");
        if (gap >= 0 && address.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        int before = gap < 0 ? groups(address) : groups(address.substring(0, gap));
        int after = gap < 0 ? 0 : groups(address.substring(gap + 2));
        return before >= 0 && after >= 0 && (gap < 0 ? before == groups : before + after < groups);
    }

    /// How many groups of an IPv6 address the text has, or -1 if one of them is wrong.
    private static int groups(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        String[] groups = text.split(":", -1);
        for (String group : groups) {
            if (group.isEmpty() || group.length() > 4) {
                return -1;
            }
            for (int at = 0; at < group.length(); at++) {
                if (Character.digit(group.charAt(at), 16) < 0 || group.charAt(at) > 'f') {
                    return -1;
                }
            }
        }
        return groups.length;
    }

    private static boolean isUri(String text, boolean absolute) {
        try {
            URI uri = new URI(text);
            return !absolute || uri.isAbsolute();
        } catch (URISyntaxException notAUri) {
            return false;
        }
    }

    private static boolean isUuid(String text) {
        if (text.length() != 36) {
            return false;
        }
        for (int at = 0; at < 36; at++) {
            boolean dash = at == 8 || at == 13 || at == 18 || at == 23;
            char character = text.charAt(at);
            if (dash ? character != '-' : character > 'f' || Character.digit(character, 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
