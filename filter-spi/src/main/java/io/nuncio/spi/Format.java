package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

import java.nio.charset.StandardCharsets;

/// A compiled format: immutable, shared by all workers.
@ProviderType
public interface Format {
    /// Envoy's default format of access logs, with its line end.
    String DEFAULT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
                    + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
                    + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
                    + " \"%UPSTREAM_HOST%\"\n";

    /// One formatted entry, with a line end where the format has one. Each char is one byte, as in
    /// a [HeaderMap]: text is UTF-8. Thread: the worker.
    String format(FormatContext context);

    /// Formats an entry into a file: what [#format] and [LogFile#write] do, without the `String`
    /// between. Thread: the worker.
    default void write(FormatContext context, LogFile file) {
        byte[] entry = format(context).getBytes(StandardCharsets.ISO_8859_1);
        file.write(entry, 0, entry.length);
    }
}
