package io.nuncio.kernel.calls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallStream;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.PriorityLoad;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RetryRules;
import io.nuncio.spi.host.RetryState;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One call: its attempts, one at a time, how long it may take, when another attempt follows, and
/// the response of the one that counts. Thread: the loop that began it.
final class ActiveCall implements CallStream, LoadBalancerContext {
    /// How much of a request is kept for further attempts, in bytes; more, and none follows.
    static final int KEPT_BYTES = 1024 * 1024;

    @Nullable ActiveCall previous; // in the owner's list
    @Nullable ActiveCall next;
    private final CallServices services;
    private final Worker worker;
    private final OwnedCalls owner;
    private final CallRequest request;
    private final CallReceiver receiver;
    private final RequestHeaders headers;
    private final CallClock clock;
    private @Nullable Cluster cluster;
    private @Nullable CallAttempt attempt;

    /// Null if nothing is tried again, or not any more.
    private @Nullable RetryState retry;

    /// What has come of the request, null if it need not be kept.
    private @Nullable Buffer kept;

    private @Nullable Trailers trailers;
    private boolean requestEnded;
    private boolean responseStarted;
    private boolean retrying;
    private boolean over;

    /// A method of the caller's is on the stack, within which nothing is told.
    private boolean called;

    private int watermarks;
    private int responsePauses;

    ActiveCall(
            CallServices services,
            Worker worker,
            OwnedCalls owner,
            CallRequest request,
            CallReceiver receiver) {
        this.services = services;
        this.worker = worker;
        this.owner = owner;
        this.request = request;
        this.receiver = receiver;
        this.headers = request.headers();
        this.clock =
                new CallClock(
                        worker,
                        request.timeoutNanos(),
                        request.retryPolicy(),
                        this::onTimeout,
                        this::onTryTimeout);
    }

    void start(boolean endStream) {
        services.stats().total().increment();
        called = true;
        requestEnded = endStream;
        begin();
        called = false;
    }

    private void begin() {
        Cluster found = services.clusters().get(request.cluster());
        if (found == null) {
            failLater(CallFailures.noCluster(request.cluster()));
            return;
        }
        cluster = found;
        HttpPool pool = pick(found);
        if (pool == null) {
            chargeCode(503);
            failLater(CallFailures.noHealthyHost());
            return;
        }
        prepare(found.info());
        Buffer body = request.body();
        if (kept != null) {
            keep(body);
        }
        attempt(pool, body);
        if (requestEnded) {
            clock.onRequestEnd();
        }
    }

    private @Nullable HttpPool pick(Cluster from) {
        return from.httpPool(ResourcePriority.DEFAULT, null, this);
    }

    private void prepare(ClusterInfo info) {
        if (request.envoyHeaders()) {
            headers.set(HeaderName.X_ENVOY_INTERNAL, "true");
            String address = services.localAddress();
            if (address != null) {
                headers.appendValue(HeaderName.X_FORWARDED_FOR, ",", address);
            }
            clock.tellUpstream(headers);
        }
        RetryRules rules = RetryRules.take(request.retryPolicy(), headers);
        if (rules != null && rules.any()) {
            retry =
                    new RetryState(
                            rules,
                            request.retryPolicy(),
                            services.retries(),
                            info,
                            ResourcePriority.DEFAULT,
                            worker,
                            worker.timer(this::tryAgain),
                            flag -> {});
            kept = new Buffer();
        }
    }

    private void attempt(HttpPool pool, Buffer body) {
        Cluster current = cluster;
        int limit = current == null ? 0 : current.info().perConnectionBufferLimit();
        var made = new CallAttempt(this, pool, headers, body, trailers, limit, responsePauses);
        attempt = made;
        made.start(requestEnded);
    }

    // The request, from the caller.

    @Override
    public void data(Buffer data, boolean endStream) {
        if (over || requestEnded) {
            data.clear();
            return;
        }
        requestEnded = endStream;
        called = true;
        if (kept != null) {
            keep(data);
        }
        CallAttempt current = attempt;
        if (current != null) {
            current.data(data, endStream);
        } else {
            data.clear(); // kept, or there will be no other attempt
        }
        onSent(endStream);
    }

    @Override
    public void trailers(Trailers last) {
        if (over || requestEnded) {
            return;
        }
        requestEnded = true;
        called = true;
        trailers = last;
        if (attempt != null) {
            attempt.trailers(last);
        }
        onSent(true);
    }

    private void onSent(boolean endStream) {
        called = false;
        if (endStream && !over) {
            clock.onRequestEnd();
        }
    }

    private void keep(Buffer data) {
        Buffer all = kept;
        if (all == null) {
            return;
        }
        if (all.length() + (long) data.length() <= KEPT_BYTES || data == request.body()) {
            all.appendCopyOf(data);
            return;
        }
        if (cluster != null) {
            cluster.info().requestStats().retryOrShadowAbandoned().increment();
        }
        boolean waiting = attempt == null;
        endRetries();
        if (waiting) {
            failLater(CallFailures.keptTooMuch(KEPT_BYTES));
        }
    }

    @Override
    public void readDisable(boolean disable) {
        responsePauses += disable ? 1 : -1;
        if (attempt != null) {
            attempt.readDisable(disable);
        }
    }

    @Override
    public boolean aboveWatermark() {
        return watermarks > 0;
    }

    @Override
    public void cancel() {
        if (!over) {
            finish();
            if (attempt != null) {
                attempt.cancel();
            }
        }
    }

    // Timeouts and retries.

    private void onTimeout() {
        ClusterInfo.RequestStats stats = stats();
        if (stats != null && attempt != null) {
            stats.timeout().increment();
            attempt.timedOut();
            if (!responseStarted) {
                chargeCode(504);
            }
        }
        endAttempt();
        fail(CallFailures.timeout("response_timeout"));
    }

    private void onTryTimeout(boolean idle) {
        CallAttempt slow = attempt;
        ClusterInfo.RequestStats stats = stats();
        if (slow == null || stats == null || responseStarted && !idle) {
            return;
        }
        (idle ? stats.perTryIdleTimeout() : stats.perTryTimeout()).increment();
        slow.timedOut();
        endAttempt();
        if (retryAfterReset(ResetReason.LOCAL_RESET, slow, true)) {
            return;
        }
        if (!responseStarted) {
            chargeCode(504);
        }
        fail(
                CallFailures.timeout(
                        idle ? "upstream_per_try_idle_timeout" : "upstream_per_try_timeout"));
    }

    private void endAttempt() {
        if (attempt != null) {
            attempt.cancel();
            attempt = null;
        }
        clock.onAttemptOver();
        settleWatermarks();
    }

    private boolean retryAfterReset(ResetReason reason, CallAttempt failed, boolean timeout) {
        return !responseStarted
                && retry != null
                && retry.afterReset(reason, failed.connected(), timeout);
    }

    private void tryAgain() {
        retrying = true;
        Cluster current = services.clusters().get(request.cluster());
        HttpPool pool = current == null ? null : pick(current);
        if (current == null || pool == null) {
            chargeCode(503);
            fail(CallFailures.noHealthyHost());
            return;
        }
        cluster = current;
        if (request.envoyHeaders()) {
            clock.tellUpstream(headers);
        }
        var body = new Buffer();
        if (kept != null) {
            body.appendCopyOf(kept);
        }
        attempt(pool, body);
    }

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

    // From the attempt.

    void onHostAttempted(Host host) {
        if (retry != null) {
            retry.onHostAttempted(host);
        }
    }

    void onConnected() {
        clock.onConnected();
    }

    void onWatermark(boolean above) {
        watermarks += above ? 1 : -1;
        if (above && watermarks == 1) {
            receiver.onAboveWatermark();
        } else if (!above && watermarks == 0) {
            receiver.onBelowWatermark();
        }
    }

    private void settleWatermarks() {
        if (watermarks > 0) {
            watermarks = 1;
            onWatermark(false);
        }
    }

    void onHeaders(CallAttempt answered, ResponseHeaders response, boolean endStream) {
        if (retry != null && retry.afterResponse(response, headers)) {
            ClusterInfo.RequestStats stats = stats();
            if (stats != null) {
                stats.retriedResponse(response.status());
            }
            answered.cancelAfterHeaders(endStream);
            attempt = null;
            clock.onAttemptOver();
            settleWatermarks();
            return;
        }
        endRetries();
        responseStarted = true;
        clock.onResponsePart();
        chargeCode(response.status());
        if (endStream) {
            complete();
        }
        receiver.onHeaders(response, endStream);
    }

    void onData(Buffer data, boolean endStream) {
        clock.onResponsePart();
        if (endStream) {
            complete();
        }
        receiver.onData(data, endStream);
    }

    void onTrailers(Trailers last) {
        complete();
        receiver.onTrailers(last);
    }

    void onReset(CallAttempt failed, ResetReason reason, String transportFailure) {
        attempt = null;
        clock.onAttemptOver();
        settleWatermarks();
        if (retryAfterReset(reason, failed, false)) {
            return;
        }
        if (responseStarted) {
            services.stats().resetAfterResponseStarted().increment();
        } else {
            chargeCode(reason == ResetReason.PROTOCOL_ERROR ? 502 : 503);
        }
        fail(CallFailures.reset(reason, transportFailure, responseStarted, retrying));
    }

    // The end.

    private void complete() {
        ClusterInfo.RequestStats stats = stats();
        long millis = clock.millisSinceRequestEnd();
        if (stats != null && millis >= 0) {
            stats.time(millis, request.envoyHeaders());
        }
        CallAttempt answered = attempt;
        finish();
        if (answered != null) {
            answered.dropRequest();
        }
    }

    private void fail(CallFailure failure) {
        if (called) {
            failLater(failure);
        } else if (!over) {
            finish();
            receiver.onFailure(failure);
        }
    }

    private void failLater(CallFailure failure) {
        if (!worker.post(() -> fail(failure))) {
            finish();
        }
    }

    private void finish() {
        over = true;
        endRetries();
        clock.stop();
        request.body().clear();
        owner.remove(this);
    }

    private void chargeCode(int status) {
        ClusterInfo.RequestStats stats = stats();
        if (stats != null) {
            stats.response(status, request.envoyHeaders());
        }
    }

    private ClusterInfo.@Nullable RequestStats stats() {
        return cluster == null ? null : cluster.info().requestStats();
    }

    // What the pick of a host depends on.

    @Override
    public RequestHeaders requestHeaders() {
        return headers;
    }

    @Override
    public int retryCount() {
        return retrying && retry != null ? retry.hostAttempts() : 0;
    }

    @Override
    public boolean refuses(Host host) {
        return retrying && retry != null && retry.refuses(host);
    }

    @Override
    public PriorityLoad priorityLoad(List<HostSet> priorities, PriorityLoad original) {
        return retrying && retry != null ? retry.priorityLoad(priorities, original) : original;
    }
}
