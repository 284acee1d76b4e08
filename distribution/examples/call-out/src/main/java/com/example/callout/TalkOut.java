package com.example.callout;

import static io.nuncio.spi.LocalReply.reply;

import com.google.protobuf.Duration;
import com.google.protobuf.StringValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.nuncio.spi.Default;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.GrpcMethod;
import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.GrpcStream;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;

/// Answers every request with what a gRPC service says: `/unary/<text>` with one message each way,
/// `/stream/<text>` with a stream of them.
@Extension(name = "com.example.talk_out", type = "com.example.TalkOut")
public final class TalkOut implements HttpFilterFactory<TalkOut.Config> {
    private static final String SERVICE = "com.example.Talk";
    private static final GrpcMethod<StringValue, StringValue> SAY =
            new GrpcMethod<>(SERVICE, "Say", StringValue.parser());
    private static final GrpcMethod<StringValue, StringValue> CHAT =
            new GrpcMethod<>(SERVICE, "Chat", StringValue.parser());
    private static final String STREAM = "/stream/";

    /// What the configuration may say: a cluster, or a target that is none.
    public record Config(
            @Default("") String cluster,
            @Default("") String target,
            @Default("") String rootCerts,
            @Default("0") int timeoutMs,
            @Default("") String retryOn,
            @Default("1") int retries) {}

    @Override
    public HttpFilterTemplate configure(Config config, FactoryContext context) {
        var service = GrpcService.newBuilder();
        if (config.target().isEmpty()) {
            service.getEnvoyGrpcBuilder().setClusterName(config.cluster());
        } else {
            service.setGoogleGrpc(direct(config));
        }
        service.setTimeout(
                Duration.newBuilder()
                        .setSeconds(config.timeoutMs() / 1000)
                        .setNanos(config.timeoutMs() % 1000 * 1_000_000));
        service.setRetryPolicy(
                RetryPolicy.newBuilder()
                        .setRetryOn(config.retryOn())
                        .setNumRetries(UInt32Value.of(config.retries())));
        GrpcClient client = context.grpcClient("service", service.build());
        return stream -> new Talking(client, stream);
    }

    private static GrpcService.GoogleGrpc direct(Config config) {
        var direct = GrpcService.GoogleGrpc.newBuilder();
        direct.setTargetUri(config.target()).setStatPrefix("talk");
        if (!config.rootCerts().isEmpty()) {
            direct.setStatPrefix("talk_tls");
            direct.getChannelCredentialsBuilder()
                    .getSslCredentialsBuilder()
                    .getRootCertsBuilder()
                    .setFilename(config.rootCerts());
        }
        return direct.build();
    }

    private record Talking(GrpcClient client, Stream stream) implements HttpFilter {
        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            String path = headers.path();
            String text = path.substring(path.lastIndexOf('/') + 1);
            if (path.startsWith(STREAM)) {
                chat(text);
            } else {
                say(text);
            }
            return HeadersOutcome.PAUSE_ALL_AND_BUFFER;
        }

        private void say(String text) {
            stream.calls().unary(GrpcRequest.of(client, SAY), StringValue.of(text), this::onAnswer);
        }

        private void onAnswer(GrpcResult<StringValue> answer) {
            switch (answer) {
                case GrpcResult.Message<StringValue>(StringValue message) ->
                        stream.reply(reply(200).body(message.getValue()));
                case GrpcResult.Failure<StringValue>(GrpcStatus status) ->
                        stream.reply(reply(500).body(status.code() + " " + status.message()));
            }
        }

        /// Sends each character as a message.
        private void chat(String text) {
            var answers = new StringBuilder();
            GrpcStream<StringValue> chat =
                    stream.calls().stream(
                            GrpcRequest.of(client, CHAT),
                            new GrpcReceiver<StringValue>() {
                                @Override
                                public void onMessage(StringValue message) {
                                    answers.append(message.getValue()).append(',');
                                }

                                @Override
                                public void onClose(GrpcStatus status, HeaderMap trailers) {
                                    stream.reply(reply(200).body(answers + "" + status.code()));
                                }
                            });
            for (char c : text.toCharArray()) {
                chat.send(StringValue.of(String.valueOf(c)));
            }
            chat.halfClose();
        }
    }
}
