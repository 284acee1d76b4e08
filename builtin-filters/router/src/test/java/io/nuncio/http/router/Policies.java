package io.nuncio.http.router;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RetryHostPredicateTemplate;
import io.nuncio.spi.RetryPriorityTemplate;
import io.nuncio.spi.host.RetryOn;
import io.nuncio.spi.host.RetryPolicy;
import io.nuncio.spi.host.RetryPolicy.BackOff;
import io.nuncio.spi.host.RetryPolicy.HeaderCondition;
import io.nuncio.spi.host.RetryPolicy.Hosts;
import io.nuncio.spi.host.RetryPolicy.RateLimitedBackOff;
import io.nuncio.spi.host.RetryPolicy.ResetHeader;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Builds retry policies for tests.
final class Policies {
    private final Set<RetryOn> on = EnumSet.noneOf(RetryOn.class);
    private final List<Integer> statusCodes = new ArrayList<>();
    private final List<HeaderCondition> headers = new ArrayList<>();
    private final List<HeaderCondition> requestHeaders = new ArrayList<>();
    private final List<RetryHostPredicateTemplate> predicates = new ArrayList<>();
    private @Nullable RetryPriorityTemplate priority;
    private int hostAttempts = 1;
    private long retries = 1;
    private Duration perTryTimeout = Duration.ZERO;
    private Duration perTryIdleTimeout = Duration.ZERO;
    private BackOff backOff = BackOff.DEFAULT;
    private RateLimitedBackOff rateLimited = RateLimitedBackOff.NONE;

    static Policies retryOn(String list) {
        return new Policies().on(list);
    }

    Policies on(String list) {
        String unknown = RetryOn.parseAny(list, on);
        if (unknown != null) {
            throw new IllegalArgumentException(unknown);
        }
        return this;
    }

    Policies retries(long most) {
        retries = most;
        return this;
    }

    Policies perTryTimeout(Duration limit) {
        perTryTimeout = limit;
        return this;
    }

    Policies perTryIdleTimeout(Duration limit) {
        perTryIdleTimeout = limit;
        return this;
    }

    Policies backOff(long baseMillis, long maxMillis) {
        backOff = new BackOff(baseMillis, maxMillis);
        return this;
    }

    Policies rateLimited(long maxMillis, String header, boolean timestamp) {
        List<ResetHeader> all = new ArrayList<>(rateLimited.headers());
        all.add(new ResetHeader(HeaderName.of(header), timestamp));
        rateLimited = new RateLimitedBackOff(all, maxMillis);
        return this;
    }

    Policies statusCodes(Integer... codes) {
        statusCodes.addAll(List.of(codes));
        return this;
    }

    Policies header(HeaderCondition condition) {
        headers.add(condition);
        return this;
    }

    Policies requestHeader(HeaderCondition condition) {
        requestHeaders.add(condition);
        return this;
    }

    Policies predicate(int attempts, RetryHostPredicateTemplate predicate) {
        hostAttempts = attempts;
        predicates.add(predicate);
        return this;
    }

    Policies priority(RetryPriorityTemplate template) {
        priority = template;
        return this;
    }

    RetryPolicy build() {
        return new RetryPolicy(
                on,
                retries,
                perTryTimeout.toNanos(),
                perTryIdleTimeout.toNanos(),
                backOff,
                rateLimited,
                statusCodes,
                headers,
                requestHeaders,
                new Hosts(hostAttempts, predicates, priority));
    }
}
