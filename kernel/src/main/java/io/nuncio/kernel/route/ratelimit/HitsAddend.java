package io.nuncio.kernel.route.ratelimit;

import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.nuncio.kernel.route.headers.RouteFormatContext;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.regex.Pattern;

/// How many requests one counts as: a number, or what a command operator says.
///
/// @param format null for the number
record HitsAddend(long number, @Nullable Format format) {
    private static final double MAX = 1_000_000_000;
    private static final Pattern ONE_OPERATOR =
            Pattern.compile("%[A-Z0-9_]+(\\([^()]*\\))?(:[0-9]+)?%");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

    /// @param context of the message
    /// @return null if it is wrong; the problem is reported
    static @Nullable HitsAddend of(RateLimit.HitsAddend config, FactoryContext context) {
        String format = config.getFormat();
        if (format.isEmpty() != config.hasNumber()) {
            context.problems().add("", "expected exactly one of number and format");
            return null;
        }
        if (format.isEmpty()) {
            return new HitsAddend(config.getNumber().getValue(), null);
        }
        if (!ONE_OPERATOR.matcher(format).matches()) {
            context.problems().at("format").expected("a single command operator").found(format);
            return null;
        }
        return new HitsAddend(0, context.textFormat("format", format));
    }

    /// @return -1 if the operator gives no number, or one that is out of range
    long of(RequestHeaders headers, StreamInfo info) {
        if (format == null) {
            return number;
        }
        String text = format.format(new RouteFormatContext(info, headers, null)).strip();
        if (!NUMBER.matcher(text).matches()) {
            return -1;
        }
        double value = Double.parseDouble(text);
        return value < 0 || value > MAX ? -1 : (long) value;
    }
}
