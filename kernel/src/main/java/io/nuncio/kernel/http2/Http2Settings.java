package io.nuncio.kernel.http2;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.CodecConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a codec does on request; Envoy's names, and its defaults as of 1.36.
///
/// @param streamWindow `initial_stream_window_size`, which is also what a stream may buffer
/// @param connectionWindow `initial_connection_window_size`
/// @param allowConnect `allow_connect`: extended CONNECT (RFC 8441)
/// @param streamErrors `override_stream_error_on_invalid_http_message`: an invalid message ends its
///   stream, not the connection
/// @param custom what else SETTINGS says
/// @param maxHeaderBytes of one message, names and values
/// @param underscores what to do with names that have an underscore; `ALLOW` for clients
record Http2Settings(
        long hpackTableSize,
        int maxConcurrentStreams,
        int streamWindow,
        int connectionWindow,
        boolean allowConnect,
        Limits limits,
        boolean streamErrors,
        @Nullable Keepalive keepalive,
        List<Parameter> custom,
        int maxHeaderBytes,
        int maxHeaders,
        HeadersWithUnderscoresAction underscores,
        Http2Stats stats) {
    private static final int HEADER_TABLE_SIZE = 1;
    private static final int ENABLE_PUSH = 2;
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int MAX_FRAME_SIZE = 5;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;

    private static final int DEFAULT_TABLE_SIZE = 4096;
    private static final int DEFAULT_CONCURRENT_STREAMS = 1024;
    private static final int DEFAULT_STREAM_WINDOW = 16 * 1024 * 1024;
    private static final int DEFAULT_CONNECTION_WINDOW = 24 * 1024 * 1024;
    private static final int DEFAULT_HEADERS_KB = 60;
    private static final int DEFAULT_HEADERS = 100;

    /// How many frames may wait or come.
    ///
    /// @param outbound `max_outbound_frames`
    /// @param outboundControl `max_outbound_control_frames`
    /// @param empty `max_consecutive_inbound_frames_with_empty_payload`
    /// @param priorityPerStream `max_inbound_priority_frames_per_stream`
    /// @param windowUpdatesPerData `max_inbound_window_update_frames_per_data_frame_sent`
    record Limits(
            long outbound,
            long outboundControl,
            long empty,
            long priorityPerStream,
            long windowUpdatesPerData) {}

    /// `connection_keepalive`, in nanoseconds; 0 for never.
    ///
    /// @param jitter per cent of the interval that is added at most
    record Keepalive(long interval, long timeout, double jitter, long idleInterval) {}

    /// One entry of SETTINGS.
    record Parameter(int identifier, long value) {}

    static Http2Settings server(CodecConfig config, StatsScope scope, Problems problems) {
        HttpProtocolOptions common = config.common();
        int kb = config.maxHeadersKb() > 0 ? config.maxHeadersKb() : DEFAULT_HEADERS_KB;
        return settings(config, kb, common.getHeadersWithUnderscoresAction(), scope, problems);
    }

    static Http2Settings client(CodecConfig config, StatsScope scope, Problems problems) {
        HttpProtocolOptions common = config.common();
        int kb =
                common.hasMaxResponseHeadersKb()
                        ? common.getMaxResponseHeadersKb().getValue()
                        : config.maxHeadersKb() > 0 ? config.maxHeadersKb() : DEFAULT_HEADERS_KB;
        return settings(config, kb, HeadersWithUnderscoresAction.ALLOW, scope, problems);
    }

    private static Http2Settings settings(
            CodecConfig config,
            int kb,
            HeadersWithUnderscoresAction underscores,
            StatsScope scope,
            Problems problems) {
        Http2ProtocolOptions options = config.http2();
        HttpProtocolOptions common = config.common();
        Map<Integer, Long> custom = custom(options, problems);
        boolean allowConnect =
                options.getAllowConnect() || take(custom, ENABLE_CONNECT_PROTOCOL, 0) == 1;
        return new Http2Settings(
                options.hasHpackTableSize()
                        ? unsigned(options.getHpackTableSize())
                        : take(custom, HEADER_TABLE_SIZE, DEFAULT_TABLE_SIZE),
                (int)
                        (options.hasMaxConcurrentStreams()
                                ? options.getMaxConcurrentStreams().getValue()
                                : take(custom, MAX_CONCURRENT_STREAMS, DEFAULT_CONCURRENT_STREAMS)),
                (int)
                        (options.hasInitialStreamWindowSize()
                                ? options.getInitialStreamWindowSize().getValue()
                                : take(custom, INITIAL_WINDOW_SIZE, DEFAULT_STREAM_WINDOW)),
                options.hasInitialConnectionWindowSize()
                        ? options.getInitialConnectionWindowSize().getValue()
                        : DEFAULT_CONNECTION_WINDOW,
                allowConnect,
                limits(options),
                options.hasOverrideStreamErrorOnInvalidHttpMessage()
                        ? options.getOverrideStreamErrorOnInvalidHttpMessage().getValue()
                        : options.getStreamErrorOnInvalidHttpMessaging(),
                options.hasConnectionKeepalive()
                        ? keepalive(options.getConnectionKeepalive())
                        : null,
                parameters(custom),
                kb * 1024,
                common.hasMaxHeadersCount()
                        ? common.getMaxHeadersCount().getValue()
                        : DEFAULT_HEADERS,
                underscores,
                Http2Stats.in(scope));
    }

    private static Limits limits(Http2ProtocolOptions options) {
        return new Limits(
                options.hasMaxOutboundFrames() ? unsigned(options.getMaxOutboundFrames()) : 10_000,
                options.hasMaxOutboundControlFrames()
                        ? unsigned(options.getMaxOutboundControlFrames())
                        : 1_000,
                options.hasMaxConsecutiveInboundFramesWithEmptyPayload()
                        ? unsigned(options.getMaxConsecutiveInboundFramesWithEmptyPayload())
                        : 1,
                options.hasMaxInboundPriorityFramesPerStream()
                        ? unsigned(options.getMaxInboundPriorityFramesPerStream())
                        : 100,
                options.hasMaxInboundWindowUpdateFramesPerDataFrameSent()
                        ? unsigned(options.getMaxInboundWindowUpdateFramesPerDataFrameSent())
                        : 10);
    }

    private static Keepalive keepalive(KeepaliveSettings settings) {
        return new Keepalive(
                nanos(settings.getInterval()),
                nanos(settings.getTimeout()),
                settings.hasIntervalJitter() ? settings.getIntervalJitter().getValue() : 15,
                nanos(settings.getConnectionIdleInterval()));
    }

    /// The custom parameters by identifier, those that have a field of their own among them.
    private static Map<Integer, Long> custom(Http2ProtocolOptions options, Problems problems) {
        Map<Integer, Long> custom = new TreeMap<>();
        var inconsistent = new TreeSet<Integer>();
        var collisions = new TreeSet<Integer>();
        for (int index = 0; index < options.getCustomSettingsParametersCount(); index++) {
            SettingsParameter parameter = options.getCustomSettingsParameters(index);
            int identifier = parameter.getIdentifier().getValue();
            long value = unsigned(parameter.getValue());
            Problems here = problems.in("custom_settings_parameters[" + index + "]");
            Long before = custom.put(identifier, value);
            if (before != null && before != value) {
                inconsistent.add(identifier);
            }
            if (named(options, identifier)) {
                collisions.add(identifier);
            }
            check(identifier, value, here);
        }
        if (!inconsistent.isEmpty()) {
            problems.add(
                    "custom_settings_parameters",
                    "has different values for the same identifiers " + inconsistent);
        }
        if (!collisions.isEmpty()) {
            problems.add(
                    "custom_settings_parameters",
                    "has identifiers that are configured by their own fields, too: " + collisions);
        }
        return custom;
    }

    private static boolean named(Http2ProtocolOptions options, int identifier) {
        return switch (identifier) {
            case HEADER_TABLE_SIZE -> options.hasHpackTableSize();
            case MAX_CONCURRENT_STREAMS -> options.hasMaxConcurrentStreams();
            case INITIAL_WINDOW_SIZE -> options.hasInitialStreamWindowSize();
            case ENABLE_CONNECT_PROTOCOL -> options.getAllowConnect();
            default -> false;
        };
    }

    private static void check(int identifier, long value, Problems here) {
        switch (identifier) {
            case ENABLE_PUSH -> {
                if (value != 0) {
                    here.at("value").expected("0: server push is not supported").found(value);
                }
            }
            case MAX_CONCURRENT_STREAMS -> {
                if (value < 1 || value > Integer.MAX_VALUE) {
                    here.at("value").expected("1 to 2147483647").found(value);
                }
            }
            case INITIAL_WINDOW_SIZE -> {
                if (value < 65535 || value > Integer.MAX_VALUE) {
                    here.at("value").expected("65535 to 2147483647").found(value);
                }
            }
            case MAX_FRAME_SIZE -> {
                if (value != FrameReader.MAX_FRAME) {
                    here.at("value").expected("16384, the only size in use").found(value);
                }
            }
            case ENABLE_CONNECT_PROTOCOL -> {
                if (value > 1) {
                    here.at("value").expected("0 or 1").found(value);
                }
            }
            default -> {}
        }
    }

    private static long take(Map<Integer, Long> custom, int identifier, long otherwise) {
        Long value = custom.remove(identifier);
        return value == null ? otherwise : value;
    }

    private static List<Parameter> parameters(Map<Integer, Long> custom) {
        List<Parameter> parameters = new ArrayList<>();
        custom.forEach((identifier, value) -> {
            if (identifier != ENABLE_PUSH) {
                parameters.add(new Parameter(identifier, value));
            }
        });
        return List.copyOf(parameters);
    }

    private static long unsigned(UInt32Value value) {
        return Integer.toUnsignedLong(value.getValue());
    }

    private static long nanos(Duration duration) {
        return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
    }

    /// The entries of our first SETTINGS frame, in order.
    List<Parameter> announced(boolean client) {
        List<Parameter> all = new ArrayList<>();
        if (client) {
            all.add(new Parameter(ENABLE_PUSH, 0));
        }
        all.addAll(custom);
        all.add(new Parameter(HEADER_TABLE_SIZE, hpackTableSize));
        all.add(new Parameter(ENABLE_CONNECT_PROTOCOL, allowConnect ? 1 : 0));
        all.add(new Parameter(MAX_CONCURRENT_STREAMS, maxConcurrentStreams));
        all.add(new Parameter(INITIAL_WINDOW_SIZE, streamWindow));
        return all;
    }
}
