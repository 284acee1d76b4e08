package io.nuncio.spi.host;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeaderNames;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.RetryPolicy.HeaderCondition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Which outcomes of an attempt are tried again: what the route says and what the request's headers
/// add. Shared by the router and the proxy's own calls; a request has its own. Any thread, one at a
/// time.
public final class RetryRules {
    private static final int TOO_EARLY = 425;

    private static final HeaderNames FROM_THE_REQUEST =
            HeaderNames.of(
                    HeaderName.X_ENVOY_RETRY_ON,
                    HeaderName.X_ENVOY_RETRY_GRPC_ON,
                    HeaderName.X_ENVOY_MAX_RETRIES,
                    HeaderName.X_ENVOY_RETRIABLE_STATUS_CODES,
                    HeaderName.X_ENVOY_RETRIABLE_HEADER_NAMES);

    private static final HeaderName EARLY_DATA = HeaderName.of("early-data");

    private final Set<RetryOn> retryOn;
    private final long retries;
    private final List<Integer> statusCodes;
    private final List<HeaderCondition> headers;

    /// Whether and when an attempt is followed by another one.
    public enum Verdict {
        NO,
        /// After a while.
        BACK_OFF,
        /// Without waiting.
        AT_ONCE
    }

    private RetryRules(
            Set<RetryOn> retryOn,
            long retries,
            List<Integer> statusCodes,
            List<HeaderCondition> headers) {
        this.retryOn = retryOn;
        this.retries = retries;
        this.statusCodes = statusCodes;
        this.headers = headers;
    }

    /// The rules of a request, whose headers for it are removed.
    ///
    /// @return null if neither route nor request has any
    public static @Nullable RetryRules take(RetryPolicy policy, RequestHeaders request) {
        RetryRules rules =
                policy.retryOn().isEmpty()
                                && !request.contains(HeaderName.X_ENVOY_RETRY_ON)
                                && !request.contains(HeaderName.X_ENVOY_RETRY_GRPC_ON)
                        ? null
                        : of(policy, request);
        request.removeAll(FROM_THE_REQUEST);
        return rules;
    }

    private static RetryRules of(RetryPolicy policy, RequestHeaders request) {
        Set<RetryOn> retryOn = mayBeRetried(policy, request) ? retryOn(policy, request) : Set.of();
        return new RetryRules(
                retryOn,
                retryOn.isEmpty()
                        ? policy.retries()
                        : maxRetries(request.get(HeaderName.X_ENVOY_MAX_RETRIES), policy.retries()),
                statusCodes(policy, request.get(HeaderName.X_ENVOY_RETRIABLE_STATUS_CODES)),
                headers(policy, request.get(HeaderName.X_ENVOY_RETRIABLE_HEADER_NAMES)));
    }

    private static boolean mayBeRetried(RetryPolicy policy, RequestHeaders request) {
        if (policy.retriableRequestHeaders().isEmpty()) {
            return true;
        }
        for (HeaderCondition condition : policy.retriableRequestHeaders()) {
            if (condition.matches(request)) {
                return true;
            }
        }
        return false;
    }

    private static Set<RetryOn> retryOn(RetryPolicy policy, RequestHeaders request) {
        String asked = request.get(HeaderName.X_ENVOY_RETRY_ON);
        String askedGrpc = request.get(HeaderName.X_ENVOY_RETRY_GRPC_ON);
        if (asked == null && askedGrpc == null) {
            return policy.retryOn();
        }
        Set<RetryOn> all = EnumSet.noneOf(RetryOn.class);
        all.addAll(policy.retryOn());
        if (asked != null) {
            RetryOn.parse(asked, all);
        }
        if (askedGrpc != null) {
            RetryOn.parseGrpc(askedGrpc, all);
        }
        return all;
    }

    private static long maxRetries(@Nullable String asked, long otherwise) {
        long number = asked == null ? -1 : number(asked);
        return number < 0 ? otherwise : number;
    }

    private static List<Integer> statusCodes(RetryPolicy policy, @Nullable String asked) {
        if (asked == null) {
            return policy.retriableStatusCodes();
        }
        List<Integer> all = new ArrayList<>(policy.retriableStatusCodes());
        for (String part : asked.split(",")) {
            long code = number(part.strip());
            if (code >= 0 && code <= Integer.MAX_VALUE) {
                all.add((int) code);
            }
        }
        return all;
    }

    private static List<HeaderCondition> headers(RetryPolicy policy, @Nullable String asked) {
        if (asked == null) {
            return policy.retriableHeaders();
        }
        List<HeaderCondition> all = new ArrayList<>(policy.retriableHeaders());
        for (String part : asked.split(",")) {
            HeaderName name = nameOrNull(part.strip());
            if (name != null) {
                all.add(response -> response.contains(name));
            }
        }
        return all;
    }

    private static @Nullable HeaderName nameOrNull(String text) {
        try {
            return text.isEmpty() ? null : HeaderName.of(text);
        } catch (IllegalArgumentException noName) {
            return null;
        }
    }

    /// -1 if the text is no number.
    private static long number(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + digit - '0';
        }
        return number;
    }

    /// True if anything at all is tried again.
    public boolean any() {
        return !retryOn.isEmpty();
    }

    /// How many attempts may follow the first.
    public long retries() {
        return retries;
    }

    /// What follows a response.
    ///
    /// @param request the one that is answered
    public Verdict afterResponse(ResponseHeaders response, RequestHeaders request) {
        if (response.contains(HeaderName.X_ENVOY_RATELIMITED)) {
            return backOffIf(retryOn.contains(RetryOn.ENVOY_RATELIMITED));
        }
        int status = response.status();
        if (retryOn.contains(RetryOn.SERVER_ERROR) && status / 100 == 5
                || retryOn.contains(RetryOn.GATEWAY_ERROR) && status >= 502 && status <= 504
                || retryOn.contains(RetryOn.RETRIABLE_4XX) && status == 409) {
            return Verdict.BACK_OFF;
        }
        if (retryOn.contains(RetryOn.RETRIABLE_STATUS_CODES) && statusCodes.contains(status)) {
            if (status != TOO_EARLY) {
                return Verdict.BACK_OFF;
            }
            if (!request.contains(EARLY_DATA)) {
                return Verdict.AT_ONCE;
            }
        }
        return backOffIf(
                retryOn.contains(RetryOn.RETRIABLE_HEADERS) && hasRetriableHeader(response)
                        || retriableGrpcStatus(response));
    }

    private boolean hasRetriableHeader(ResponseHeaders response) {
        for (HeaderCondition condition : headers) {
            if (condition.matches(response)) {
                return true;
            }
        }
        return false;
    }

    private boolean retriableGrpcStatus(ResponseHeaders response) {
        if (!response.contains(HeaderName.GRPC_STATUS)) {
            return false;
        }
        long status = response.getLong(HeaderName.GRPC_STATUS, -1);
        for (RetryOn condition : retryOn) {
            if (condition.grpc() && condition.grpcStatus() == status) {
                return true;
            }
        }
        return false;
    }

    /// What follows an attempt that broke off without a response.
    ///
    /// @param requestStarted true if any attempt has sent something
    public Verdict afterReset(ResetReason reason, boolean requestStarted) {
        if (reason == ResetReason.OVERFLOW) {
            return Verdict.NO;
        }
        boolean connect =
                switch (reason) {
                    case LOCAL_CONNECTION_FAILURE, REMOTE_CONNECTION_FAILURE, CONNECTION_TIMEOUT ->
                            retryOn.contains(RetryOn.CONNECT_FAILURE);
                    case REMOTE_REFUSED_STREAM_RESET -> retryOn.contains(RetryOn.REFUSED_STREAM);
                    default -> false;
                };
        return backOffIf(
                connect
                        || !requestStarted && retryOn.contains(RetryOn.RESET_BEFORE_REQUEST)
                        || retryOn.contains(RetryOn.RESET)
                        || retryOn.contains(RetryOn.SERVER_ERROR)
                        || retryOn.contains(RetryOn.GATEWAY_ERROR));
    }

    private static Verdict backOffIf(boolean retry) {
        return retry ? Verdict.BACK_OFF : Verdict.NO;
    }
}
