package io.nuncio.kernel.calls;

import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads `google_grpc`. Thread: main.
final class GoogleChannels {
    private static final TargetUri NOWHERE = new TargetUri("localhost", 1, "");
    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");

    private GoogleChannels() {}

    /// @param problems at the message; the channel must not be used if there are any
    static GoogleChannel from(GoogleGrpc message, Problems problems) {
        TargetUri target = TargetUri.parse(message.getTargetUri());
        if (target == null) {
            problems.at("target_uri")
                    .expected(
                            "dns:///host:port, host:port, ipv4:address:port, ipv6:[address]:port or"
                                    + " unix:path")
                    .found(message.getTargetUri());
            target = NOWHERE;
        }
        if (message.getStatPrefix().isEmpty()) {
            problems.at("stat_prefix").expected("a name").found("");
        }
        refuseIf(
                !message.getCredentialsFactoryName().isEmpty(),
                "credentials_factory_name",
                problems);
        refuseIf(message.hasConfig(), "config", problems);
        refuseIf(message.hasPerStreamBufferLimitBytes(), "per_stream_buffer_limit_bytes", problems);
        ChannelCredentials credentials = message.getChannelCredentials();
        refuseIf(credentials.hasGoogleDefault(), "channel_credentials.google_default", problems);
        if (credentials.hasLocalCredentials() && !target.local()) {
            problems.at("channel_credentials.local_credentials")
                    .expected("a target on this machine")
                    .found(message.getTargetUri());
        }
        return new GoogleChannel(
                message,
                target,
                ChannelArguments.from(message.getChannelArgs(), problems.in("channel_args")));
    }

    private static void refuseIf(boolean set, String field, Problems problems) {
        if (set) {
            problems.add(field, "is not supported yet");
        }
    }

    /// What the calls carry to say who calls.
    static List<GrpcRequest.Metadata> tokens(GoogleGrpc message, Problems problems) {
        List<GrpcRequest.Metadata> all = new ArrayList<>();
        for (int index = 0; index < message.getCallCredentialsCount(); index++) {
            CallCredentials credentials = message.getCallCredentials(index);
            Problems here = problems.in("call_credentials[" + index + "]");
            var kind = credentials.getCredentialSpecifierCase();
            if (kind != CallCredentials.CredentialSpecifierCase.ACCESS_TOKEN) {
                here.add(kind.name().toLowerCase(Locale.ROOT), "is not supported yet");
            } else if (!message.getChannelCredentials().hasSslCredentials()) {
                here.at("access_token")
                        .expected("ssl_credentials, so that nobody else reads it")
                        .because("a token is sent on encrypted connections only");
            } else {
                all.add(
                        new GrpcRequest.Metadata(
                                AUTHORIZATION, "Bearer " + credentials.getAccessToken()));
            }
        }
        return all;
    }
}
