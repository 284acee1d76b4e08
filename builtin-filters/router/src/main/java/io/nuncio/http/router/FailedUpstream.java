package io.nuncio.http.router;

import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

/// A host that no connection could be made to.
///
/// @param reason why, empty if it is not known
record FailedUpstream(Host host, String reason) implements UpstreamInfo {
    @Override
    public @Nullable ConnectionInfo connection() {
        return null;
    }

    @Override
    public @Nullable Protocol protocol() {
        return null;
    }

    @Override
    public @Nullable String transportFailureReason() {
        return reason.isEmpty() ? null : reason;
    }

    @Override
    public long connectionRequests() {
        return 0;
    }
}
