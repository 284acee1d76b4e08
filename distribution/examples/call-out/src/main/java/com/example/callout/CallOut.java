package com.example.callout;

import static io.nuncio.spi.LocalReply.reply;

import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallResponse;
import io.nuncio.spi.Default;
import io.nuncio.spi.Direction;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Asks an HTTP service about every request, and lets pass what it answers with 200.
@Extension(name = "com.example.call_out", type = "com.example.CallOut")
public final class CallOut implements HttpFilterFactory<CallOut.Config> {
    private static final HeaderName USER = HeaderName.of("x-user");

    /// What the configuration may say.
    public record Config(
            String cluster, @Default("/check") String path, @Default("200") int timeoutMs) {}

    @Override
    public HttpFilterTemplate configure(Config config, FactoryContext context) {
        if (!context.platform().clusters().exists(config.cluster())) {
            context.problems().add("cluster", "unknown cluster `" + config.cluster() + "`");
        }
        return stream -> new Asking(config, stream);
    }

    private record Asking(Config config, Stream stream) implements HttpFilter {
        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            var question =
                    CallRequest.to(config.cluster())
                            .post(config.path())
                            .timeout(Duration.ofMillis(config.timeoutMs()))
                            .body(headers.path());
            stream.calls()
                    .send(
                            question,
                            answer -> {
                                switch (answer) {
                                    case CallResponse response -> onAnswer(response, headers);
                                    case CallFailure failure ->
                                            stream.reply(
                                                    reply(503)
                                                            .details("call_out_failed")
                                                            .body(failure.reason().toString()));
                                }
                            });
            return HeadersOutcome.PAUSE_ALL_AND_BUFFER;
        }

        private void onAnswer(CallResponse response, RequestHeaders headers) {
            if (response.status() != 200) {
                stream.reply(reply(403).details("call_out_denied"));
                return;
            }
            headers.set(USER, response.body().toString(StandardCharsets.UTF_8));
            stream.resume(Direction.REQUEST);
        }
    }
}
