package io.nuncio.kernel.route.policy;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.ResetHeaderFormat;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.nuncio.kernel.match.HeaderMatch;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RetryHostPredicateTemplate;
import io.nuncio.spi.RetryPriorityTemplate;
import io.nuncio.spi.host.RetryOn;
import io.nuncio.spi.host.RetryPolicy;
import io.nuncio.spi.host.RetryPolicy.BackOff;
import io.nuncio.spi.host.RetryPolicy.HeaderCondition;
import io.nuncio.spi.host.RetryPolicy.Hosts;
import io.nuncio.spi.host.RetryPolicy.RateLimitedBackOff;
import io.nuncio.spi.host.RetryPolicy.ResetHeader;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Compiles retry policies of routes and virtual hosts.
public final class RetryPolicies {
    private static final long DEFAULT_RESET_MAX_MILLIS = 300_000;

    private RetryPolicies() {}

    /// @param context problems are reported by the message's own fields
    public static RetryPolicy of(
            io.envoyproxy.envoy.config.route.v3.RetryPolicy config, FactoryContext context) {
        Problems problems = context.problems();
        return new RetryPolicy(
                retryOn(config.getRetryOn(), problems),
                config.hasNumRetries()
                        ? Integer.toUnsignedLong(config.getNumRetries().getValue())
                        : 1,
                WholeMillis.nanos(config.getPerTryTimeout()),
                WholeMillis.nanos(config.getPerTryIdleTimeout()),
                config.hasRetryBackOff()
                        ? backOff(config.getRetryBackOff(), problems.in("retry_back_off"))
                        : BackOff.DEFAULT,
                rateLimited(
                        config.getRateLimitedRetryBackOff(),
                        problems.in("rate_limited_retry_back_off")),
                config.getRetriableStatusCodesList(),
                conditions(config.getRetriableHeadersList(), problems, "retriable_headers"),
                conditions(
                        config.getRetriableRequestHeadersList(),
                        problems,
                        "retriable_request_headers"),
                hosts(config, context));
    }

    /// The same of the message that services have in place of a route's.
    public static RetryPolicy of(
            io.envoyproxy.envoy.config.core.v3.RetryPolicy config, FactoryContext context) {
        var route =
                io.envoyproxy.envoy.config.route.v3.RetryPolicy.newBuilder()
                        .setRetryOn(config.getRetryOn())
                        .setHostSelectionRetryMaxAttempts(
                                config.getHostSelectionRetryMaxAttempts());
        if (config.hasNumRetries()) {
            route.setNumRetries(config.getNumRetries());
        }
        if (config.hasRetryBackOff()) {
            var backOff = RetryBackOff.newBuilder();
            backOff.setBaseInterval(config.getRetryBackOff().getBaseInterval());
            if (config.getRetryBackOff().hasMaxInterval()) {
                backOff.setMaxInterval(config.getRetryBackOff().getMaxInterval());
            }
            route.setRetryBackOff(backOff);
        }
        for (var predicate : config.getRetryHostPredicateList()) {
            route.addRetryHostPredicate(
                    RetryHostPredicate.newBuilder()
                            .setName(predicate.getName())
                            .setTypedConfig(predicate.getTypedConfig()));
        }
        if (config.hasRetryPriority()) {
            route.getRetryPriorityBuilder()
                    .setName(config.getRetryPriority().getName())
                    .setTypedConfig(config.getRetryPriority().getTypedConfig());
        }
        return of(route.build(), context);
    }

    /// Envoy passes over names that it does not know, and so do we, with a word to the operator.
    private static Set<RetryOn> retryOn(String list, Problems problems) {
        Set<RetryOn> found = EnumSet.noneOf(RetryOn.class);
        String unknown = RetryOn.parseAny(list, found);
        if (unknown != null) {
            problems.warn("retry_on", "`" + unknown + "` is no condition and has no effect");
        }
        return found;
    }

    private static BackOff backOff(RetryBackOff config, Problems problems) {
        long base = Math.max(1, WholeMillis.of(config.getBaseInterval()));
        if (!config.hasMaxInterval()) {
            return new BackOff(base, 0);
        }
        long max = Math.max(1, WholeMillis.of(config.getMaxInterval()));
        if (max < base) {
            problems.at("max_interval")
                    .expected("at least base_interval, " + base + " ms")
                    .found(max + " ms");
        }
        return new BackOff(base, max);
    }

    private static RateLimitedBackOff rateLimited(
            RateLimitedRetryBackOff config, Problems problems) {
        var headers = new ArrayList<ResetHeader>(config.getResetHeadersCount());
        for (int i = 0; i < config.getResetHeadersCount(); i++) {
            var header = config.getResetHeaders(i);
            try {
                headers.add(
                        new ResetHeader(
                                HeaderName.of(header.getName()),
                                header.getFormat() == ResetHeaderFormat.UNIX_TIMESTAMP));
            } catch (IllegalArgumentException wrong) {
                problems.at("reset_headers[" + i + "].name")
                        .expected("the name of a header")
                        .found(header.getName());
            }
        }
        return new RateLimitedBackOff(
                headers,
                config.hasMaxInterval()
                        ? Math.max(1, WholeMillis.of(config.getMaxInterval()))
                        : DEFAULT_RESET_MAX_MILLIS);
    }

    private static List<HeaderCondition> conditions(
            List<HeaderMatcher> configs, Problems problems, String field) {
        var conditions = new ArrayList<HeaderCondition>(configs.size());
        for (HeaderMatch match : HeaderMatch.all(configs, problems, field)) {
            conditions.add(match::matches);
        }
        return conditions;
    }

    private static Hosts hosts(
            io.envoyproxy.envoy.config.route.v3.RetryPolicy config, FactoryContext context) {
        var predicates = new ArrayList<RetryHostPredicateTemplate>();
        for (int i = 0; i < config.getRetryHostPredicateCount(); i++) {
            RetryHostPredicate predicate = config.getRetryHostPredicate(i);
            RetryHostPredicateTemplate template =
                    context.platform()
                            .extensions()
                            .compile(
                                    Category.RETRY_HOST_PREDICATE,
                                    predicate.getName(),
                                    predicate.getTypedConfig(),
                                    RetryHostPredicateTemplate.class,
                                    context,
                                    "retry_host_predicate[" + i + "]");
            if (template != null) {
                predicates.add(template);
            }
        }
        RetryPriorityTemplate priority =
                config.hasRetryPriority()
                        ? context.platform()
                                .extensions()
                                .compile(
                                        Category.RETRY_PRIORITY,
                                        config.getRetryPriority().getName(),
                                        config.getRetryPriority().getTypedConfig(),
                                        RetryPriorityTemplate.class,
                                        context,
                                        "retry_priority")
                        : null;
        long attempts = config.getHostSelectionRetryMaxAttempts();
        return new Hosts(
                attempts == 0 ? 1 : (int) Math.clamp(attempts, 0, Integer.MAX_VALUE),
                predicates,
                priority);
    }
}
