package io.nuncio.http.rbac;

import io.nuncio.rbac.Engine;
import io.nuncio.rbac.RbacStats;
import io.nuncio.rbac.Verdict;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.StreamInfo;

import org.slf4j.Logger;

/// Decides on one request when its headers come, and answers it with 403 if it is denied.
final class RbacFilter implements HttpFilter {
    private static final String NAMESPACE = "envoy.filters.http.rbac";
    private static final int FORBIDDEN = 403;

    private final RbacConfig own;
    private final RbacStats stats;
    private final Logger log;
    private final Stream stream;

    RbacFilter(RbacConfig own, RbacStats stats, Logger log, Stream stream) {
        this.own = own;
        this.stats = stats;
        this.log = log;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        RbacConfig ofRoute = stream.perRoute(RbacConfig.class);
        RbacConfig config = ofRoute == null ? own : ofRoute;
        Engine shadow = config.shadow();
        Engine enforced = config.enforced();
        if (shadow == null && enforced == null) {
            return HeadersOutcome.CONTINUE;
        }
        var subject = new Subject(stream.info(), headers);
        if (shadow != null) {
            Verdict verdict = shadow.decide(subject);
            stats.countShadow(verdict, config.perPolicy());
            subject.info().mergeMetadata(NAMESPACE, verdict.metadata());
        }
        if (enforced == null) {
            return HeadersOutcome.CONTINUE;
        }
        Verdict verdict = enforced.decide(subject);
        stats.count(verdict, config.perPolicy());
        subject.info().mergeMetadata(NAMESPACE, verdict.metadata());
        if (verdict.allowed()) {
            return HeadersOutcome.CONTINUE;
        }
        log.debug("denied by rules or matcher of the rbac filter, policy `{}`", verdict.policy());
        return LocalReply.reply(FORBIDDEN).body("RBAC: access denied").details(verdict.details());
    }

    private record Subject(StreamInfo info, RequestHeaders requestHeaders)
            implements MatchContext {}
}
