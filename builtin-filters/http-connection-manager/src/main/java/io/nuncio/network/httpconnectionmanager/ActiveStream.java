package io.nuncio.network.httpconnectionmanager;

import static io.nuncio.spi.LocalReply.reply;

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
import io.nuncio.spi.host.RouteTable;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// One request and its response: between the codec, which feeds the request and takes the response,
/// and the filter chain.
final class ActiveStream implements RequestReceiver, HttpStream.Sink, StreamControl.Callbacks {
    /// gRPC's status for a deadline that has passed.
    private static final int DEADLINE_EXCEEDED = 4;

    private final ConnectionManagerFilter manager;
    private final ConnectionManagerConfig config;
    private final ConnectionManagerStats stats;
    private final RouteTable routes;
    private final ResponseSender response;
    private final Worker worker;
    private final HttpStream stream;
    private final MutableStreamInfo info;
    private final long startNanos;

    /// One number for the stream's life, so that a route resolved anew picks the same cluster.
    private final long random;

    private long activeNanos;
    private @Nullable RequestHeaders requestHeaders;
    private boolean routable;
    private boolean peerWantsClose;
    private boolean framedByClose;
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
        this.routes = config.routes().current();
        routes.enter(worker);
        this.response = response;
        this.worker = worker;
        this.startNanos = worker.nanoTime();
        this.activeNanos = startNanos;
        this.random = worker.random();
        this.stream = config.chain().start(worker, manager.connection(), this);
        this.info = stream.info();
        this.peerWantsClose = manager.closesAfterThis();
        info.downstreamBytes(response.control().byteCounts());
        response.control().callbacks(this);
    }

    // The request, from the codec.

    @Override
    public void onHeaders(RequestHeaders headers, boolean endStream) {
        activeNanos = worker.nanoTime();
        requestHeaders = headers;
        Protocol protocol = manager.protocol();
        info.protocol(protocol);
        peerWantsClose |= wantsClose(headers, protocol);
        if (headers.contains(HeaderName.EXPECT)
                && !config.limits().proxy100Continue()
                && headers.isIgnoreCase(HeaderName.EXPECT, "100-continue")) {
            stats.response(100);
            response.informational(ResponseHeaders.of(100));
            headers.remove(HeaderName.EXPECT);
        }
        LocalReply refusal = refusal(headers, protocol);
        if (refusal == null) {
            refusal = normalize(headers);
        }
        if (refusal == null) {
            boolean edge =
                    config.requestRules()
                            .apply(headers, manager.peer(), routes.internalOnlyHeaders(), info);
            if (config.requestRules().generateRequestId()) {
                boolean keep = config.requestRules().preserveExternalRequestId();
                config.requestId().set(headers, worker, edge, keep);
            }
            TracingRules tracing = config.tracing();
            if (tracing != null) {
                info.traceReason(tracing.decide(headers, config.requestId(), worker));
            }
            routable = true;
        }
        if (refusal != null) {
            stream.refuse(headers, endStream, refusal);
        } else {
            stream.requestHeaders(headers, endStream);
        }
    }

    @Override
    public void onRequestStart() {
        if (config.accessLogTimes().onNewRequest()) {
            config.accessLog().log(stream.formatContext("DownstreamStart"));
        }
        if (requestHeaders != null
                && asksForTunnel(requestHeaders)
                && stream.route() != Route.NONE) {
            // No upgrade is configured. What follows on the connection may be anything but HTTP, so
            // it is not read.
            peerWantsClose = true;
            stats.requestUpgradeRefused().increment();
            stream.reply(reply(403).details("upgrade_failed"));
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (ended) {
            return;
        }
        activeNanos = worker.nanoTime();
        info.addBytesReceived(data.length());
        stream.requestData(data, endStream);
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (ended) {
            return;
        }
        activeNanos = worker.nanoTime();
        stream.requestTrailers(trailers);
    }

    @Override
    public void onProtocolError(LocalReply reply) {
        if (ended) {
            return;
        }
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
            if (!host.isEmpty()) {
                headers.addIfAbsent(HeaderName.AUTHORITY, host);
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
            PathRules.Outcome outcome = config.pathRules().applyToPath(headers);
            if (outcome == PathRules.Outcome.REJECTED
                    || outcome == PathRules.Outcome.REDIRECT && isGrpc(headers)) {
                stats.requestFailedPathNormalization().increment();
                return reply(400).details("path_normalization_failed");
            }
            if (outcome == PathRules.Outcome.REDIRECT) {
                stats.requestRedirectedWithNormalizedPath().increment();
                return reply(307)
                        .header(HeaderName.LOCATION, headers.get(HeaderName.PATH, "/"))
                        .details("path_normalization_failed");
            }
        }
        config.pathRules().applyToHost(headers, manager.peer().localPort());
        return null;
    }

    /// gRPC clients follow no redirects.
    private static boolean isGrpc(RequestHeaders headers) {
        String type = headers.get(HeaderName.CONTENT_TYPE, "");
        return type.equals("application/grpc")
                || type.startsWith("application/grpc+")
                || type.startsWith("application/grpc;");
    }

    private static boolean asksForTunnel(RequestHeaders headers) {
        return headers.is(HeaderName.METHOD, "CONNECT") || RequestHeaderRules.isUpgrade(headers);
    }

    // The response, from the filter chain.

    @Override
    public Route resolveRoute(RequestHeaders headers, MutableStreamInfo streamInfo) {
        return routable ? routes.route(headers, streamInfo, random) : Route.NONE;
    }

    @Override
    public LocalReply onLocalReply(LocalReply reply) {
        if (reply.status() == 400 && manager.http1()) {
            // The peer and we may disagree on where the message ends.
            peerWantsClose = true;
        }
        switch (reply.details()) {
            case "request_payload_too_large" -> stats.requestTooLarge().increment();
            case "response_payload_too_large" -> stats.responseTooLarge().increment();
            default -> {}
        }
        return reply;
    }

    @Override
    public HttpStream.ReplyBody formatReply(ResponseHeaders headers, String body) {
        return config.localReplies().apply(headers, body, stream);
    }

    @Override
    public void informational(ResponseHeaders headers) {
        ResponseHeaderRules.removeHopByHop(headers);
        stats.response(headers.status());
        response.informational(headers);
    }

    @Override
    public void headers(ResponseHeaders headers, boolean endStream) {
        activeNanos = worker.nanoTime();
        config.responseRules().apply(headers, requestHeaders, config.requestId(), worker);
        boolean complete = stream.requestComplete();
        if (!complete) {
            stats.requestResponseBeforeComplete().increment();
        }
        if (manager.protocol() == Protocol.HTTP10) {
            keepAliveOfHttp10(headers);
        }
        if (manager.closesAfterResponse(complete, peerWantsClose) && manager.http1()) {
            headers.set(HeaderName.CONNECTION, "close");
        }
        int status = headers.status();
        info.responseCode(status);
        if (!info.healthCheck()) {
            stats.response(status);
        }
        response.headers(headers, endStream);
    }

    /// Without a length the end of the connection is the end of the body.
    private void keepAliveOfHttp10(ResponseHeaders headers) {
        if (!headers.contains(HeaderName.CONTENT_LENGTH)) {
            peerWantsClose = true;
            framedByClose = true;
        }
        if (!peerWantsClose) {
            headers.set(HeaderName.CONNECTION, "keep-alive");
        }
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        activeNanos = worker.nanoTime();
        info.addBytesSent(data.length());
        response.data(data, endStream);
    }

    @Override
    public void trailers(Trailers trailers) {
        activeNanos = worker.nanoTime();
        response.trailers(trailers);
    }

    @Override
    public void onComplete() {
        if (ended) {
            return;
        }
        if (stream.requestComplete()) {
            end();
        } else {
            // Nobody wants the rest of the request any more.
            breakOff();
        }
    }

    @Override
    public void onReset() {
        if (!ended) {
            stats.requestResetSent().increment();
            breakOff();
        }
    }

    /// Ends the stream on this side. An HTTP/1 connection closes, since its streams cannot end
    /// alone.
    private void breakOff() {
        stats.requestResetReceived().increment();
        String details = response.control().details();
        if (!details.isEmpty()) {
            info.responseCodeDetails(details);
        }
        manager.onBrokenStream();
        if (!manager.http1()) {
            detach();
            response.control()
                    .reset(
                            info.hasFlag(ResponseFlag.UPSTREAM_PROTOCOL_ERROR)
                                    ? ResetReason.PROTOCOL_ERROR
                                    : ResetReason.LOCAL_RESET);
        }
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
        String details = response.control().details();
        if (!details.isEmpty()) {
            info.responseCodeDetails(details);
        }
        switch (reason) {
            case REMOTE_RESET, REMOTE_REFUSED_STREAM_RESET ->
                    info.addFlag(ResponseFlag.DOWNSTREAM_REMOTE_RESET);
            case OVERLOAD_MANAGER -> {
                info.addFlag(ResponseFlag.OVERLOAD_MANAGER_TERMINATED);
                info.responseCodeDetails("overload");
            }
            case CONNECTION_TERMINATION ->
                    info.addFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
            default -> {
                if (!details.isEmpty()) {
                    info.addFlag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
                }
            }
        }
        end();
    }

    /// The connection is gone, or about to close, with the stream unfinished.
    void onConnectionClosed(String details, @Nullable ResponseFlag flag) {
        if (ended) {
            return;
        }
        stats.requestResetReceived().increment();
        String codecDetails = response.control().details();
        info.responseCodeDetails(codecDetails.isEmpty() ? details : codecDetails);
        if (flag != null) {
            info.addFlag(flag);
        }
        end();
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
        if (limits.request() > 0 && awaitsRequest()) {
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
            timeOut(timeoutReply("request header timeout", "request_header_timeout"));
        } else if (limits.request() > 0
                && awaitsRequest()
                && now - startNanos >= limits.request()) {
            stats.requestTimeout().increment();
            timeOut(timeoutReply("request timeout", "request_overall_timeout"));
        } else if (limits.streamMax() > 0 && now - startNanos >= limits.streamMax()) {
            stats.requestMaxDurationReached().increment();
            timeOut(
                    timeoutReply("downstream duration timeout", "max_duration_timeout")
                            .grpcStatus(DEADLINE_EXCEEDED));
        } else if (limits.streamIdle() > 0 && now - activeNanos >= limits.streamIdle()) {
            stats.requestIdleTimeout().increment();
            info.addFlag(ResponseFlag.STREAM_IDLE_TIMEOUT);
            timeOut(timeoutReply("stream timeout", "stream_idle_timeout"));
        }
    }

    /// The time limit of a request ends early if the response comes first.
    private boolean awaitsRequest() {
        return !stream.requestComplete() && !stream.responseStarted();
    }

    private LocalReply timeoutReply(String body, String details) {
        return reply(stream.requestComplete() ? 504 : 408).body(body).details(details);
    }

    private void timeOut(LocalReply timeout) {
        if (stream.responseStarted()) {
            info.responseCodeDetails(timeout.details());
            onReset();
        } else {
            stream.reply(timeout);
        }
    }

    // The end.

    long startNanos() {
        return startNanos;
    }

    /// True if a response was begun.
    boolean answered() {
        return stream.responseStarted();
    }

    private void detach() {
        response.control().callbacks(null);
    }

    /// Once: a reset may close the connection, and so may a filter that is destroyed, which ends
    /// all streams of the connection.
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        detach();
        info.mark(StreamInfo.Moment.END);
        stats.requestTime().record((worker.nanoTime() - startNanos) / 1_000_000);
        try {
            config.accessLog().log(stream.formatContext("DownstreamEnd"));
        } finally {
            leave(); // whatever a logger throws
        }
    }

    private void leave() {
        boolean noDelay = peerWantsClose && (stream.requestComplete() || framedByClose);
        stream.destroy();
        routes.exit(worker);
        manager.onStreamEnd(this, noDelay);
    }
}
