package io.nuncio.kernel.http;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// What the filter manager counts, below `http.<stat_prefix>.`; these are our own, Envoy has no
/// such counters.
///
/// @param failed filters that threw an exception
/// @param ignoredReplies replies of a filter that had replied before, or came when the stream was
///   over
record FilterManagerStats(Counter failed, Counter ignoredReplies) {
    static FilterManagerStats in(StatsScope scope) {
        return new FilterManagerStats(
                scope.counter("filter_failed"), scope.counter("filter_reply_ignored"));
    }
}
