package io.nuncio.network.rbac;

import io.nuncio.network.rbac.NetworkRbacExtension.Shared;
import io.nuncio.rbac.Engine;
import io.nuncio.rbac.Verdict;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StreamInfo;

/// Decides on one connection when its first bytes come, or whenever bytes come, and closes it if it
/// is denied.
final class NetworkRbacFilter implements NetworkFilter {
    private static final String NAMESPACE = "envoy.filters.network.rbac";
    private static final String DENIED = "rbac_deny_close";

    private final Shared shared;
    private final NetworkStream stream;
    private boolean decided;
    private boolean denied;

    NetworkRbacFilter(Shared shared, NetworkStream stream) {
        this.shared = shared;
        this.stream = stream;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        if (denied) {
            return NetworkOutcome.STOP; // waits to be closed
        }
        if (decided && !shared.continuous()) {
            return NetworkOutcome.CONTINUE;
        }
        decided = true;
        return decide();
    }

    private NetworkOutcome decide() {
        var subject = new Subject(stream.connection().streamInfo());
        Engine shadow = shared.shadow();
        if (shadow != null) {
            Verdict verdict = shadow.decide(subject);
            shared.stats().countShadow(verdict, false);
            subject.info().mergeMetadata(NAMESPACE, verdict.metadata());
        }
        Engine enforced = shared.enforced();
        if (enforced == null) {
            return NetworkOutcome.CONTINUE;
        }
        Verdict verdict = enforced.decide(subject);
        shared.stats().count(verdict, false);
        if (verdict.allowed()) {
            return NetworkOutcome.CONTINUE;
        }
        deny(verdict);
        return NetworkOutcome.STOP;
    }

    private void deny(Verdict verdict) {
        denied = true;
        Connection connection = stream.connection();
        shared.log()
                .debug(
                        "{}: denied by rules or matcher of the rbac filter, policy `{}`",
                        connection,
                        verdict.policy());
        connection.streamInfo().connectionTerminationDetails(verdict.details());
        if (shared.delayNanos() > 0) {
            stream.timer(this::close).arm(shared.delayNanos());
        } else {
            close();
        }
    }

    private void close() {
        stream.connection().close(Connection.Close.NO_FLUSH, DENIED);
    }

    private record Subject(StreamInfo info) implements MatchContext {}
}
