package io.nuncio.spi.host;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RetryHostPredicateTemplate;
import io.nuncio.spi.RetryPriorityTemplate;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// When and how a request is tried again, as a route or its virtual host says (Envoy:
/// `RetryPolicy`). Headers of a request may add to it.
///
/// @param retryOn what is tried again; empty for nothing
/// @param retries how often, 1 by default
/// @param perTryTimeoutNanos how long one attempt may take, 0 for no limit of its own
/// @param perTryIdleTimeoutNanos how long an attempt's response may pause, 0 for no limit
/// @param backOff how long to wait before each retry
/// @param rateLimitedBackOff the same after a response that says it
/// @param retriableStatusCodes for [RetryOn#RETRIABLE_STATUS_CODES]
/// @param retriableHeaders for [RetryOn#RETRIABLE_HEADERS]: one of them must match the response
/// @param retriableRequestHeaders if there are any, one of them must match the request, or nothing
///   is tried again
/// @param hosts which hosts retries go to
public record RetryPolicy(
        Set<RetryOn> retryOn,
        long retries,
        long perTryTimeoutNanos,
        long perTryIdleTimeoutNanos,
        BackOff backOff,
        RateLimitedBackOff rateLimitedBackOff,
        List<Integer> retriableStatusCodes,
        List<HeaderCondition> retriableHeaders,
        List<HeaderCondition> retriableRequestHeaders,
        Hosts hosts) {
    /// Nothing is tried again, unless the request's headers say so.
    public static final RetryPolicy NONE =
            new RetryPolicy(
                    Set.of(),
                    1,
                    0,
                    0,
                    BackOff.DEFAULT,
                    RateLimitedBackOff.NONE,
                    List.of(),
                    List.of(),
                    List.of(),
                    Hosts.ANY);

    public RetryPolicy {
        retryOn =
                retryOn.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(retryOn));
        retriableStatusCodes = List.copyOf(retriableStatusCodes);
        retriableHeaders = List.copyOf(retriableHeaders);
        retriableRequestHeaders = List.copyOf(retriableRequestHeaders);
    }

    /// Full jitter, exponential: the first retry waits less than the base interval, each further
    /// one less than twice as long as the one before, none longer than the maximum.
    ///
    /// @param baseMillis 0 for the runtime's value, 25 ms by default
    /// @param maxMillis 0 for ten times the base
    public record BackOff(long baseMillis, long maxMillis) {
        /// What the runtime says.
        public static final BackOff DEFAULT = new BackOff(0, 0);
    }

    /// How long to wait by what a response says.
    ///
    /// @param headers the first that can be read counts
    /// @param maxMillis a header that asks for more is not looked at
    public record RateLimitedBackOff(List<ResetHeader> headers, long maxMillis) {
        /// Responses say nothing.
        public static final RateLimitedBackOff NONE = new RateLimitedBackOff(List.of(), 0);

        public RateLimitedBackOff {
            headers = List.copyOf(headers);
        }
    }

    /// A header such as `retry-after`.
    ///
    /// @param timestamp true if its value is a moment in seconds since the epoch, false if it is a
    ///   number of seconds from now
    public record ResetHeader(HeaderName name, boolean timestamp) {}

    /// Which hosts retries go to.
    ///
    /// @param attempts how often a host is picked again if a predicate refuses it
    /// @param predicates any of them may refuse a host
    /// @param priority shares the retries between the cluster's priorities; null if all requests
    ///   are shared alike
    public record Hosts(
            int attempts,
            List<RetryHostPredicateTemplate> predicates,
            @Nullable RetryPriorityTemplate priority) {
        /// Whichever the load balancer picks.
        public static final Hosts ANY = new Hosts(1, List.of(), null);

        public Hosts {
            predicates = List.copyOf(predicates);
        }
    }

    /// A condition on the headers of a message. Any thread.
    @FunctionalInterface
    public interface HeaderCondition {
        boolean matches(HeaderMap headers);
    }
}
