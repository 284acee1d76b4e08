package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// What a command operator may print. Thread: the worker of the stream or connection.
@ProviderType
public interface FormatContext {
    StreamInfo info();

    @Nullable RequestHeaders requestHeaders();

    @Nullable ResponseHeaders responseHeaders();

    @Nullable Trailers responseTrailers();

    /// The body of the local reply, empty if there was none.
    String localReplyBody();

    /// Envoy's access log type, such as `DownstreamEnd`; `NotSet` outside an access log.
    String accessLogType();
}
