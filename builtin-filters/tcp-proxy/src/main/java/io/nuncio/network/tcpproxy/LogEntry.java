package io.nuncio.network.tcpproxy;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

/// What an access log entry of a connection may print: there are no headers.
///
/// @param accessLogType Envoy's: `TcpUpstreamConnected`, `TcpPeriodic` or `TcpConnectionEnd`
record LogEntry(StreamInfo info, String accessLogType) implements FormatContext {
    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return null;
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        return null;
    }

    @Override
    public @Nullable Trailers responseTrailers() {
        return null;
    }

    @Override
    public String localReplyBody() {
        return "";
    }
}
