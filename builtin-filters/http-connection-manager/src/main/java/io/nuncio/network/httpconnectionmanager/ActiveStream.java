package io.nuncio.network.httpconnectionmanager;

import static io.nuncio.spi.LocalReply.reply;

import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// One request and its response: between the codec, which feeds the request and takes the response,
/// and the filter chain.
final class ActiveStream implements RequestReceiver, HttpStream.Sink, StreamControl.Callbacks {
    private final ConnectionManagerFilter manager;
    private final ConnectionManagerConfig config;
    private final ConnectionManagerStats stats;
    private final ResponseSender response;
    private final Worker worker;
    private final HttpStream stream;
    private final MutableStreamInfo info;
    private final long startNanos;
    private long activeNanos;
    private @Nullable RequestHeaders requestHeaders;
    private boolean peerWantsClose;
    private boolean responseComplete;
    private boolean ended;

    /// The connection's list of streams.
    @Nullable ActiveStream previous;

    @Nullable ActiveStream next;

    ActiveStream(
            ConnectionManagerFilter manager,
            ConnectionManagerConfig config,
            ResponseSender response,
            Worker worker) {
        this.manager = manager;
        this.config = config;
        this.stats = config.stats();
        this.response = response;
        this.worker = worker;
        this.startNanos = worker.nanoTime();
        this.activeNanos = startNanos;
        this.stream = config.chain().start(worker, manager.connection(), this);
        this.info = stream.info();
        response.control().callbacks(this);
    }

    // The request, from the codec.

    @Override
    public void onHeaders(RequestHeaders headers, boolean endStream) {
        activeNanos = worker.nanoTime();
        requestHeaders = headers;
        Protocol protocol = manager.protocol();
        info.protocol(protocol);
        info.requestHeaderBytes(headers.byteSize());
        if (endStream) {
            info.mark(StreamInfo.Moment.DOWNSTREAM_REQUEST_END);
        }
        peerWantsClose = wantsClose(headers, protocol);
        if (!config.limits().proxy100Continue()
                && headers.isIgnoreCase(HeaderName.EXPECT, "100-continue")) {
            response.informational(ResponseHeaders.of(100));
            stats.response(100);
            headers.remove(HeaderName.EXPECT);
        }
        LocalReply refusal = refusal(headers, protocol);
        if (refusal == null) {
            refusal = normalize(headers);
        }
        if (refusal != null) {
            stream.reply(refusal);
            return;
        }
        boolean upgrade = isUpgrade(headers);
        boolean edge = config.requestRules().apply(headers, manager.connection().info(), info);
        if (config.requestRules().generateRequestId()) {
            config.requestId()
                    .set(headers, worker, edge, config.requestRules().preserveExternalRequestId());
        }
        if (upgrade) {
            // No upgrade is configured. What follows may be anything but HTTP: read no further on
            // this connection.
            peerWantsClose = true;
            stats.requestUpgradeRefused().increment();
            stream.reply(reply(403).details("upgrade_failed"));
            return;
        }
        if (config.accessLogTimes().onNewRequest()) {
            config.accessLog().log(stream.formatContext("DownstreamStart"));
        }
        stream.requestHeaders(headers, endStream);
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (ended) {
            return;
        }
        activeNanos = worker.nanoTime();
        info.addBytesReceived(data.length());
        if (endStream) {
            info.mark(StreamInfo.Moment.DOWNSTREAM_REQUEST_END);
        }
        stream.requestData(data, endStream);
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (ended) {
            return;
        }
        activeNanos = worker.nanoTime();
        info.mark(StreamInfo.Moment.DOWNSTREAM_REQUEST_END);
        stream.requestTrailers(trailers);
    }

    @Override
    public void onProtocolError(LocalReply reply) {
        if (ended) {
            return;
        }
        peerWantsClose = true;
        info.protocol(manager.protocol());
        info.addFlag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        if (stream.responseStarted()) {
            info.responseCodeDetails(reply.details());
        } else {
            stream.reply(reply);
        }
    }

    private static boolean wantsClose(RequestHeaders headers, Protocol protocol) {
        if (protocol == Protocol.HTTP10) {
            return !headers.containsToken(HeaderName.CONNECTION, "keep-alive");
        }
        return protocol == Protocol.HTTP11
                && (headers.containsToken(HeaderName.CONNECTION, "close")
                        || headers.containsToken(HeaderName.PROXY_CONNECTION, "close"));
    }

    /// The reply to a request that cannot be served whatever the route; null if it can.
    private @Nullable LocalReply refusal(RequestHeaders headers, Protocol protocol) {
        if (protocol == Protocol.HTTP10) {
            if (!config.limits().acceptHttp10()) {
                return reply(426).details("low_version");
            }
            String host = config.limits().defaultHostForHttp10();
            if (!headers.contains(HeaderName.AUTHORITY) && !host.isEmpty()) {
                headers.set(HeaderName.AUTHORITY, host);
            }
        }
        if (!headers.contains(HeaderName.AUTHORITY)) {
            return reply(400).details("missing_host_header");
        }
        int path = headers.find(HeaderName.PATH);
        if (path < 0 && headers.is(HeaderName.METHOD, "CONNECT")) {
            return null;
        }
        if (path < 0 || headers.valueLength(path) == 0) {
            return reply(404).details("missing_path_rejected");
        }
        if (headers.array()[headers.valueStart(path)] != '/') {
            stats.requestNonRelativePath().increment();
            return reply(404).details("absolute_path_rejected");
        }
        return null;
    }

    private @Nullable LocalReply normalize(RequestHeaders headers) {
        if (headers.contains(HeaderName.PATH)) {
            switch (config.pathRules().applyToPath(headers)) {
                case OK -> {}
                case REJECTED -> {
                    stats.requestFailedPathNormalization().increment();
                    return reply(400).details("path_normalization_failed");
                }
                case REDIRECT -> {
                    stats.requestRedirectedWithNormalizedPath().increment();
                    return reply(307)
                            .header(HeaderName.LOCATION, headers.get(HeaderName.PATH, "/"))
                            .details("path_normalization_failed");
                }
            }
        }
        int port =
                manager.connection().info().localAddress() instanceof Address.Ip ip ? ip.port() : 0;
        config.pathRules().applyToHost(headers, port);
        return null;
    }

    private static boolean isUpgrade(RequestHeaders headers) {
        return headers.is(HeaderName.METHOD, "CONNECT")
                || headers.contains(HeaderName.UPGRADE)
                        && headers.containsToken(HeaderName.CONNECTION, "upgrade");
    }

    // The response, from the filter chain.

    @Override
    public Route resolveRoute(RequestHeaders headers, MutableStreamInfo streamInfo) {
        return config.routes().route(headers, streamInfo, worker.random());
    }

    @Override
    public void informational(ResponseHeaders headers) {
        response.informational(headers);
        stats.response(headers.status());
    }

    @Override
    public void headers(ResponseHeaders headers, boolean endStream) {
        activeNanos = worker.nanoTime();
        config.responseRules()
                .apply(headers, requestHeaders, config.requestId(), worker, info.localReply());
        boolean complete = stream.requestComplete();
        if (!complete) {
            stats.requestResponseBeforeComplete().increment();
        }
        if (manager.closesAfterResponse(complete, peerWantsClose) && manager.http1()) {
            headers.set(HeaderName.CONNECTION, "close");
        }
        int status = headers.status();
        info.responseCode(status);
        info.mark(StreamInfo.Moment.DOWNSTREAM_RESPONSE_BEGIN);
        if (!info.healthCheck()) {
            stats.response(status);
        }
        responseComplete = endStream;
        response.headers(headers, endStream);
        info.responseHeaderBytes(headers.byteSize());
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        activeNanos = worker.nanoTime();
        info.addBytesSent(data.length());
        responseComplete = endStream;
        response.data(data, endStream);
    }

    @Override
    public void trailers(Trailers trailers) {
        activeNanos = worker.nanoTime();
        responseComplete = true;
        response.trailers(trailers);
    }

    @Override
    public void onComplete() {
        if (ended) {
            return;
        }
        info.mark(StreamInfo.Moment.DOWNSTREAM_RESPONSE_END);
        if (!stream.requestComplete() && !manager.http1()) {
            detach();
            response.control().reset(ResetReason.LOCAL_RESET);
        }
        end();
    }

    @Override
    public void onReset() {
        if (ended) {
            return;
        }
        stats.requestResetSent().increment();
        detach();
        response.control().reset(ResetReason.LOCAL_RESET);
        end();
    }

    @Override
    public void pauseRequest(boolean pause) {
        (pause ? stats.pausedReading() : stats.resumedReading()).increment();
        response.control().readDisable(pause);
    }

    // What happens to the stream and the connection.

    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        if (ended) {
            return;
        }
        stats.requestResetReceived().increment();
        info.addFlag(
                reason == ResetReason.PROTOCOL_ERROR
                        ? ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR
                        : reason == ResetReason.CONNECTION_TERMINATION
                                ? ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION
                                : ResponseFlag.DOWNSTREAM_REMOTE_RESET);
        String details = response.control().details();
        info.responseCodeDetails(details.isEmpty() ? reason.details() : details);
        end();
    }

    /// The connection is gone with the stream unfinished.
    void onConnectionClosed(String details) {
        stats.requestResetReceived().increment();
        info.addFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        if (!stream.responseStarted() || !responseComplete) {
            info.responseCodeDetails(details);
        }
        detach();
        end();
    }

    void addFlag(ResponseFlag flag) {
        info.addFlag(flag);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        stream.onAboveWriteBufferHighWatermark();
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        stream.onBelowWriteBufferLowWatermark();
    }

    // Time.

    /// The earliest moment at which a limit may be passed, [Long#MAX_VALUE] if there is none.
    long deadline() {
        ConnectionManagerConfig.Timeouts limits = config.timeouts();
        long deadline = Long.MAX_VALUE;
        if (limits.streamIdle() > 0) {
            deadline = Math.min(deadline, activeNanos + limits.streamIdle());
        }
        if (limits.streamMax() > 0) {
            deadline = Math.min(deadline, startNanos + limits.streamMax());
        }
        if (limits.requestHeaders() > 0 && requestHeaders == null) {
            deadline = Math.min(deadline, startNanos + limits.requestHeaders());
        }
        if (limits.request() > 0 && !stream.requestComplete()) {
            deadline = Math.min(deadline, startNanos + limits.request());
        }
        return deadline;
    }

    /// Ends the stream if one of its limits has passed.
    void onDeadline(long now) {
        ConnectionManagerConfig.Timeouts limits = config.timeouts();
        if (limits.requestHeaders() > 0
                && requestHeaders == null
                && now - startNanos >= limits.requestHeaders()) {
            stats.requestHeaderTimeout().increment();
            timeOut(408, "request header timeout", "request_header_timeout");
        } else if (limits.request() > 0
                && !stream.requestComplete()
                && now - startNanos >= limits.request()) {
            stats.requestTimeout().increment();
            timeOut(408, "request timeout", "request_overall_timeout");
        } else if (limits.streamMax() > 0 && now - startNanos >= limits.streamMax()) {
            stats.requestMaxDurationReached().increment();
            timeOut(timeoutStatus(), "downstream duration timeout", "max_duration_timeout");
        } else if (limits.streamIdle() > 0 && now - activeNanos >= limits.streamIdle()) {
            stats.requestIdleTimeout().increment();
            info.addFlag(ResponseFlag.STREAM_IDLE_TIMEOUT);
            timeOut(timeoutStatus(), "stream timeout", "stream_idle_timeout");
        }
    }

    private int timeoutStatus() {
        return stream.requestComplete() ? 504 : 408;
    }

    private void timeOut(int status, String body, String details) {
        if (stream.responseStarted()) {
            info.responseCodeDetails(details);
            onReset();
        } else {
            stream.reply(reply(status).body(body).details(details));
        }
    }

    // The end.

    private void detach() {
        response.control().callbacks(null);
    }

    private void end() {
        ended = true;
        detach();
        info.mark(StreamInfo.Moment.END);
        stats.requestTime().record((worker.nanoTime() - startNanos) / 1_000_000);
        config.accessLog().log(stream.formatContext("DownstreamEnd"));
        stream.destroy();
        manager.onStreamEnd(this);
    }
}
