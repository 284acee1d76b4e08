package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// What a command operator may print: of a connection its info, of a stream the rest as well.
/// Thread: the worker of the stream or connection.
@ProviderType
public interface FormatContext {
    StreamInfo info();

    default @Nullable RequestHeaders requestHeaders() {
        return null;
    }

    default @Nullable ResponseHeaders responseHeaders() {
        return null;
    }

    default @Nullable Trailers responseTrailers() {
        return null;
    }

    /// The body of the local reply, empty if there was none.
    default String localReplyBody() {
        return "";
    }

    /// Envoy's access log type, such as `DownstreamEnd`; `NotSet` outside an access log.
    default String accessLogType() {
        return "NotSet";
    }
}
