package io.nuncio.kernel.calls;

import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs;
import io.nuncio.spi.Problems;

import java.util.Map;
import java.util.TreeMap;

/// The `channel_args` of gRPC that have a meaning here; all defaults live here.
///
/// @param authority empty for the target's
/// @param serverName asked for by TLS, and the authority; empty for the target's
/// @param maxReceiveMessageLength in bytes, 0 for no limit
/// @param keepaliveMillis between pings, 0 for none
record ChannelArguments(
        String authority,
        String serverName,
        long maxReceiveMessageLength,
        long keepaliveMillis,
        long keepaliveTimeoutMillis) {
    private static final long MAX_RECEIVE = 4 << 20; // as gRPC's libraries
    private static final long KEEPALIVE_TIMEOUT_MILLIS = 20_000;

    static ChannelArguments from(ChannelArgs message, Problems problems) {
        String authority = "";
        String serverName = "";
        long maxReceive = MAX_RECEIVE;
        long keepalive = 0;
        long keepaliveTimeout = KEEPALIVE_TIMEOUT_MILLIS;
        for (Map.Entry<String, ChannelArgs.Value> each :
                new TreeMap<>(message.getArgsMap()).entrySet()) {
            ChannelArgs.Value value = each.getValue();
            Problems here = problems.in("args." + each.getKey());
            switch (each.getKey()) {
                case "grpc.default_authority" -> authority = text(value, here);
                case "grpc.ssl_target_name_override" -> serverName = text(value, here);
                case "grpc.max_receive_message_length" ->
                        maxReceive = Math.max(0, number(value, -1, here));
                case "grpc.keepalive_time_ms" -> keepalive = number(value, 1, here);
                case "grpc.keepalive_timeout_ms" -> keepaliveTimeout = number(value, 1, here);
                default -> here.add("", "is not supported yet");
            }
        }
        return new ChannelArguments(authority, serverName, maxReceive, keepalive, keepaliveTimeout);
    }

    private static String text(ChannelArgs.Value value, Problems problems) {
        if (value.getStringValue().isEmpty()) {
            problems.at("string_value").expected("a text").found("nothing");
        }
        return value.getStringValue();
    }

    private static long number(ChannelArgs.Value value, long least, Problems problems) {
        boolean right =
                value.getValueSpecifierCase() == ChannelArgs.Value.ValueSpecifierCase.INT_VALUE
                        && value.getIntValue() >= least;
        if (!right) {
            problems.at("int_value")
                    .expected("a whole number >= " + least)
                    .found(value.getIntValue());
            return Math.max(least, 1);
        }
        return value.getIntValue();
    }
}
