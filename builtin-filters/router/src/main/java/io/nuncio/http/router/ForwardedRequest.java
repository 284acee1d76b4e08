package io.nuncio.http.router;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Counter;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.Host;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.RetryRules;
import io.nuncio.spi.host.RetryState;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

/// One request on its way to a cluster: its attempts, how long they may take, when another one
/// follows ([RetryState]), and the response of the one that counts.
final class ForwardedRequest implements UpstreamRequest.Owner {
    private final RouterShared shared;
    private final RouterConfig config;
    private final Stream stream;
    private final LoadBalancerContext picking;
    private final RouteEntry route;
    private final RequestHeaders requestHeaders;
    private final Attempts attempts = new Attempts();
    private Cluster cluster;

    /// Null if nothing is tried again, or not any more.
    private @Nullable RetryState retry;

    /// Null if the request need not be kept.
    private @Nullable KeptRequest kept;

    private @Nullable Timer timeout;
    private UpstreamRequest.TryLimits tryLimits = UpstreamRequest.TryLimits.NONE;
    private long timeoutNanos;
    private int timeoutStatus = 504;
    private long requestCompleteNanos = -1;
    private int responsePauses;
    private boolean internal;
    private boolean retrying;

    /// An attempt that takes too long goes on while another one is made.
    private boolean hedge;

    /// Something of the response has gone downstream, be it an informational one.
    private boolean responseStarted;

    /// The response proper has begun.
    private boolean headersSeen;

    /// @param cluster the route's
    /// @param picking what the pick of a host depends on
    /// @param responsePauses how often the response is held up already
    ForwardedRequest(
            RouterShared shared,
            Stream stream,
            LoadBalancerContext picking,
            RouteEntry route,
            Cluster cluster,
            RequestHeaders requestHeaders,
            int responsePauses) {
        this.shared = shared;
        this.config = shared.config();
        this.stream = stream;
        this.picking = picking;
        this.route = route;
        this.cluster = cluster;
        this.requestHeaders = requestHeaders;
        this.responsePauses = responsePauses;
    }

    // The request, from the downstream.

    HeadersOutcome begin(boolean endStream) {
        internal = requestHeaders.is(HeaderName.X_ENVOY_INTERNAL, "true");
        HttpPool pool = cluster.httpPool(route.priority(), stream.info().protocol(), picking);
        if (pool == null) {
            chargeCode(503);
            return RouterReplies.noHealthyUpstream();
        }
        prepare(pool.host(), endStream);
        attempt(pool, null, endStream);
        if (endStream) {
            onRequestEnd();
        }
        return HeadersOutcome.PAUSE;
    }

    /// Reads what the headers ask of this router, and makes them what the upstream gets.
    ///
    /// @param host that gets the first attempt
    private void prepare(Host host, boolean endStream) {
        RequestHeaders headers = requestHeaders;
        timeoutNanos = RequestTimeout.total(route, headers, config);
        long perTry = RequestTimeout.perTry(route, headers, timeoutNanos);
        long idle = route.retryPolicy().perTryIdleTimeoutNanos();
        if (perTry > 0 || idle > 0) {
            tryLimits = new UpstreamRequest.TryLimits(perTry, idle);
            hedge = RequestTimeout.hedge(route, headers);
        }
        if (headers.contains(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE)) {
            timeoutStatus = 204;
        }
        RequestTimeout.removeHeaders(headers);
        tellUpstream(0);
        stream.info().attemptCount(1);
        route.finalizeRequestHeaders(headers, stream.info(), !config.suppressEnvoyHeaders());
        if (stream.info().schemeMatchesUpstream()) {
            headers.set(HeaderName.SCHEME, host.secure() ? "https" : "http");
        }
        RetryRules rules = RetryRules.take(route.retryPolicy(), headers);
        if (rules != null) {
            retry =
                    new RetryState(
                            rules,
                            route.retryPolicy(),
                            config.retries(),
                            cluster.info(),
                            route.priority(),
                            stream.worker(),
                            stream.timer(this::tryAgain),
                            stream.info()::addFlag);
            if (rules.any() && !endStream) {
                int limit = stream.bufferLimit();
                kept =
                        new KeptRequest(
                                Math.min(
                                        limit == 0 ? Long.MAX_VALUE : limit,
                                        route.requestBufferLimit()));
            }
        }
    }

    private void tellUpstream(long elapsed) {
        if (!config.suppressEnvoyHeaders()) {
            RequestTimeout.tellUpstream(
                    requestHeaders, timeoutNanos, hedge ? 0 : tryLimits.total(), elapsed);
        }
    }

    /// @param replayed what has come of the request before, null for the first attempt
    private void attempt(HttpPool pool, @Nullable KeptRequest replayed, boolean endStream) {
        var next =
                new UpstreamRequest(this, stream, requestHeaders, pool, tryLimits, responsePauses);
        if (replayed != null) {
            next.replay(replayed.copyOfBody(), replayed.trailers());
        }
        attempts.add(next);
        next.start(endStream);
    }

    /// @return what the request is answered with at once, null if it goes on
    @Nullable LocalReply data(Buffer data, boolean endStream) {
        KeptRequest keeping = kept;
        if (keeping != null) {
            if (keeping.hasRoomFor(data.length())) {
                keeping.add(data);
            } else if (!giveUpKeeping()) {
                return RouterReplies.keptTooMuch();
            }
        }
        UpstreamRequest current = attempts.first();
        if (current != null) {
            current.data(data, endStream);
        }
        if (endStream) {
            onRequestEnd();
        }
        return null;
    }

    /// More has come than may be kept: nothing is tried again.
    ///
    /// @return false if no attempt is under way that could get the rest
    private boolean giveUpKeeping() {
        cluster.info().requestStats().retryOrShadowAbandoned().increment();
        if (attempts.isEmpty()) {
            close();
            return false;
        }
        endRetries();
        return true;
    }

    void trailers(Trailers trailers) {
        if (kept != null) {
            kept.trailers(trailers);
        }
        UpstreamRequest current = attempts.first();
        if (current != null) {
            current.trailers(trailers);
        }
        onRequestEnd();
    }

    /// The whole request is here: from now on the upstream is on the clock.
    private void onRequestEnd() {
        requestCompleteNanos = stream.worker().nanoTime();
        if (attempts.isEmpty() && !retryPending()) {
            return;
        }
        if (timeoutNanos > 0) {
            timeout = stream.timer(this::onTimeout);
            timeout.arm(timeoutNanos);
        }
        for (UpstreamRequest one = attempts.first(); one != null; one = one.next) {
            one.onRequestComplete();
        }
    }

    // Timeouts.

    private void onTimeout() {
        for (UpstreamRequest one = attempts.poll(); one != null; one = attempts.poll()) {
            cluster.info().requestStats().timeout().increment();
            one.timedOut();
            if (one.awaitingHeaders() && !responseStarted) {
                chargeCode(timeoutStatus);
            }
            one.cancel();
        }
        close();
        stream.reply(RouterReplies.timeout(timeoutStatus, "response_timeout"));
    }

    @Override
    public void onPerTryTimeout(UpstreamRequest attempt) {
        if (!responseStarted) {
            onTryTimeout(
                    attempt,
                    cluster.info().requestStats().perTryTimeout(),
                    "upstream_per_try_timeout");
        }
    }

    @Override
    public void onPerTryIdleTimeout(UpstreamRequest attempt) {
        onTryTimeout(
                attempt,
                cluster.info().requestStats().perTryIdleTimeout(),
                "upstream_per_try_idle_timeout");
    }

    private void onTryTimeout(UpstreamRequest attempt, Counter counter, String details) {
        if (hedge) {
            overtake(attempt);
            return;
        }
        counter.increment();
        attempt.timedOut();
        attempts.remove(attempt);
        attempt.cancel();
        if (retryAfterReset(ResetReason.LOCAL_RESET, attempt, true)) {
            return;
        }
        if (!responseStarted) {
            chargeCode(timeoutStatus);
        }
        close();
        stream.reply(RouterReplies.timeout(timeoutStatus, details));
    }

    /// Another attempt is made while this one goes on: whichever is answered first counts.
    private void overtake(UpstreamRequest slow) {
        if (!responseStarted && retry != null && !slow.overtaken() && retry.afterSlowness()) {
            slow.overtake();
        }
    }

    // Retries.

    /// @return true if another attempt will follow
    private boolean retryAfterReset(
            ResetReason reason, UpstreamRequest attempt, boolean afterTimeout) {
        return !responseStarted
                && retry != null
                && !attempt.overtaken()
                && retry.afterReset(reason, attempt.hostChosen(), afterTimeout);
    }

    /// The wait for the next attempt is over.
    private void tryAgain() {
        retrying = true;
        int count = stream.info().attemptCount() + 1;
        stream.info().attemptCount(count);
        HttpPool pool = pickAgain();
        if (pool == null) {
            chargeCode(503);
            attempts.cancelAll();
            close();
            stream.reply(RouterReplies.noHealthyUpstream());
            return;
        }
        route.finalizeRetryHeaders(requestHeaders, count, retry != null && retry.afterTimeout());
        boolean complete = requestCompleteNanos >= 0;
        tellUpstream(complete ? stream.worker().nanoTime() - requestCompleteNanos : 0);
        attempt(pool, kept, complete);
    }

    private @Nullable HttpPool pickAgain() {
        // The cluster may have changed meanwhile.
        Cluster current = shared.clusters().get(route.cluster());
        if (current == null) {
            return null;
        }
        cluster = current;
        return current.httpPool(route.priority(), stream.info().protocol(), picking);
    }

    /// Nothing is tried again from now on.
    private void endRetries() {
        if (retry != null) {
            retry.close();
            retry = null;
        }
        if (kept != null) {
            kept.clear();
            kept = null;
        }
    }

    /// The request has its answer, or needs none any more.
    private void close() {
        endRetries();
        if (timeout != null) {
            timeout.disarm();
        }
    }

    /// The downstream is slow, or is not any more. Calls nest.
    void pauseResponse(boolean pause) {
        responsePauses += pause ? 1 : -1;
        for (UpstreamRequest one = attempts.first(); one != null; one = one.next) {
            one.pauseResponse(pause);
        }
    }

    // The response, from the upstream.

    @Override
    public void onHostAttempted(Host host) {
        if (retry != null) {
            retry.onHostAttempted(host);
        }
    }

    @Override
    public void onUpstreamInformational(UpstreamRequest attempt, ResponseHeaders headers) {
        chargeCode(headers.status());
        responseStarted = true;
        attempts.cancelOthers(attempt);
        // What has been announced must come from the same attempt.
        endRetries();
        stream.respondInformational(headers);
    }

    @Override
    public void onUpstreamHeaders(
            UpstreamRequest attempt, ResponseHeaders headers, boolean endStream) {
        if (retry != null && !passOn(attempt, headers, retry)) {
            attempts.remove(attempt);
            attempt.cancel();
            return;
        }
        endRetries();
        responseStarted = true;
        headersSeen = true;
        attempts.cancelOthers(attempt);
        stream.info().upstream(attempt.upstream());
        if (requestCompleteNanos >= 0 && !config.suppressEnvoyHeaders()) {
            long millis = (stream.worker().nanoTime() - requestCompleteNanos) / 1_000_000;
            headers.setLong(HeaderName.X_ENVOY_UPSTREAM_SERVICE_TIME, millis);
        }
        chargeCode(headers.status());
        route.finalizeResponseHeaders(headers, requestHeaders, stream.info());
        if (endStream) {
            onUpstreamEnd();
        }
        stream.respondHeaders(headers, endStream, "via_upstream");
    }

    /// @return false if another attempt is to be answered, in place of this one
    private boolean passOn(UpstreamRequest attempt, ResponseHeaders response, RetryState retries) {
        boolean failed;
        if (attempt.overtaken()) {
            failed = retries.wouldRetry(response, requestHeaders);
        } else {
            if (retries.afterResponse(response, requestHeaders)) {
                cluster.info().requestStats().retriedResponse(response.status());
                return false;
            }
            failed = retries.denied();
        }
        return !failed || !othersMayAnswer(attempt);
    }

    private boolean retryPending() {
        return retry != null && retry.pending();
    }

    /// True if another attempt than this one is under way, or about to be made.
    private boolean othersMayAnswer(UpstreamRequest attempt) {
        if (retryPending()) {
            return true;
        }
        for (UpstreamRequest one = attempts.first(); one != null; one = one.next) {
            if (one != attempt && one.awaitingHeaders()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onUpstreamData(Buffer data, boolean endStream) {
        if (endStream) {
            onUpstreamEnd();
        }
        stream.respondData(data, endStream);
    }

    @Override
    public void onUpstreamTrailers(Trailers trailers) {
        onUpstreamEnd();
        stream.respondTrailers(trailers);
    }

    private void onUpstreamEnd() {
        UpstreamRequest request = attempts.poll();
        close();
        if (requestCompleteNanos >= 0 && counted()) {
            long millis = (stream.worker().nanoTime() - requestCompleteNanos) / 1_000_000;
            cluster.info().requestStats().time(millis, internal);
        }
        if (request != null && requestCompleteNanos < 0) {
            // The upstream answered without waiting for the rest of the request, which nobody wants
            // any more.
            request.cancel();
        }
    }

    @Override
    public void onUpstreamReset(
            UpstreamRequest attempt, ResetReason reason, String transportFailure) {
        attempts.remove(attempt);
        if (retryAfterReset(reason, attempt, false)) {
            return;
        }
        if (headersSeen) {
            shared.stats().resetAfterResponseStarted().increment();
        } else if (!responseStarted) {
            chargeCode(RouterReplies.statusAfter(reason));
        }
        if (othersMayAnswer(attempt)) {
            return;
        }
        close();
        LocalReply answer =
                RouterReplies.reset(reason, transportFailure, responseStarted, retrying);
        if (reason == ResetReason.OVERFLOW && !config.suppressEnvoyHeaders()) {
            answer.header(HeaderName.X_ENVOY_OVERLOADED, "true");
        }
        // Once the response has begun, this resets the stream.
        stream.reply(answer);
    }

    private void chargeCode(int status) {
        if (counted()) {
            cluster.info().requestStats().response(status, internal);
        }
    }

    private boolean counted() {
        return config.dynamicStats() && !stream.info().healthCheck();
    }

    void destroy() {
        attempts.cancelAll();
        close();
    }

    /// What the next pick of a host depends on, null for the first one.
    @Nullable RetryState retryingBy() {
        return retrying ? retry : null;
    }
}
