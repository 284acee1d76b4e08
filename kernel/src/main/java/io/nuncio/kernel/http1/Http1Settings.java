package io.nuncio.kernel.http1;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.CodecConfig;

/// What a codec does on request; Envoy's names and defaults.
///
/// @param absoluteForm `allow_absolute_url`
/// @param http10 `accept_http_10`
/// @param defaultHost `default_host_for_http_10`, empty for none
/// @param properCase `header_key_format.proper_case_words`
/// @param trailers `enable_trailers`
/// @param lengthWithCoding `allow_chunked_length`
/// @param fullUrl `send_fully_qualified_url`
record Http1Settings(
        HeadLimits limits,
        Http1Stats stats,
        boolean absoluteForm,
        boolean http10,
        String defaultHost,
        boolean properCase,
        boolean trailers,
        boolean lengthWithCoding,
        boolean fullUrl) {
    private static final int REQUEST_HEADERS_KB = 60;
    private static final int RESPONSE_HEADERS_KB = 80;
    private static final int HEADERS_COUNT = 100;

    static Http1Settings server(CodecConfig config, StatsScope scope, Problems problems) {
        return settings(config, scope, problems, kb(config, REQUEST_HEADERS_KB), true);
    }

    static Http1Settings client(CodecConfig config, StatsScope scope, Problems problems) {
        HttpProtocolOptions common = config.common();
        int kb =
                common.hasMaxResponseHeadersKb()
                        ? common.getMaxResponseHeadersKb().getValue()
                        : kb(config, RESPONSE_HEADERS_KB);
        return settings(config, scope, problems, kb, false);
    }

    private static int kb(CodecConfig config, int otherwise) {
        return config.maxHeadersKb() > 0 ? config.maxHeadersKb() : otherwise;
    }

    private static Http1Settings settings(
            CodecConfig config, StatsScope scope, Problems problems, int kb, boolean server) {
        HttpProtocolOptions common = config.common();
        Http1ProtocolOptions http1 = config.http1();
        var stats = Http1Stats.in(scope);
        HeadersWithUnderscoresAction underscores = common.getHeadersWithUnderscoresAction();
        var limits =
                new HeadLimits(
                        kb * 1024,
                        common.hasMaxHeadersCount()
                                ? common.getMaxHeadersCount().getValue()
                                : HEADERS_COUNT,
                        http1.getAllowCustomMethods(),
                        server && underscores != HeadersWithUnderscoresAction.ALLOW,
                        underscores == HeadersWithUnderscoresAction.DROP_HEADER,
                        stats.droppedHeadersWithUnderscores());
        Problems fields = problems.in("http_protocol_options");
        HeaderKeyFormat format = http1.getHeaderKeyFormat();
        if (format.hasStatefulFormatter()) {
            fields.add("header_key_format.stateful_formatter", "is not supported yet");
        }
        if (http1.getIgnoreHttp11UpgradeCount() > 0) {
            fields.add("ignore_http_11_upgrade", "is not supported yet");
        }
        if (http1.hasOverrideStreamErrorOnInvalidHttpMessage()
                && http1.getOverrideStreamErrorOnInvalidHttpMessage().getValue()) {
            fields.add(
                    "override_stream_error_on_invalid_http_message", "true is not supported yet");
        }
        return new Http1Settings(
                limits,
                stats,
                !http1.hasAllowAbsoluteUrl() || http1.getAllowAbsoluteUrl().getValue(),
                http1.getAcceptHttp10(),
                http1.getDefaultHostForHttp10(),
                format.hasProperCaseWords(),
                http1.getEnableTrailers(),
                http1.getAllowChunkedLength(),
                http1.getSendFullyQualifiedUrl());
    }
}
