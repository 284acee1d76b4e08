package io.nuncio.network.tcpproxy;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.StreamInfo;

/// What an access log entry of a connection may print: there are no headers.
///
/// @param accessLogType Envoy's: `TcpUpstreamConnected`, `TcpPeriodic` or `TcpConnectionEnd`
record LogEntry(StreamInfo info, String accessLogType) implements FormatContext {}
