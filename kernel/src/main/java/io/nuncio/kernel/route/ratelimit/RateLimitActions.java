package io.nuncio.kernel.route.ratelimit;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.nuncio.kernel.match.HeaderMatch;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.kernel.route.headers.HeaderText;
import io.nuncio.kernel.route.match.QueryParameterMatch;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.RateLimitDescriptor.Entry;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// The actions of a rate limit, one method each.
final class RateLimitActions {
    private RateLimitActions() {}

    /// @param context the action's
    /// @return null if it is wrong; the problem is reported
    static @Nullable RateLimitAction compile(Action action, FactoryContext context) {
        return switch (action.getActionSpecifierCase()) {
            case SOURCE_CLUSTER -> fixed("source_cluster", context.node().getCluster());
            case DESTINATION_CLUSTER -> destinationCluster();
            case REQUEST_HEADERS -> requestHeader(action.getRequestHeaders(), context);
            case QUERY_PARAMETERS -> queryParameter(action.getQueryParameters());
            case REMOTE_ADDRESS -> remoteAddress();
            case MASKED_REMOTE_ADDRESS -> maskedRemoteAddress(action.getMaskedRemoteAddress());
            case GENERIC_KEY -> {
                String key = action.getGenericKey().getDescriptorKey();
                yield fixed(
                        key.isEmpty() ? "generic_key" : key,
                        action.getGenericKey().getDescriptorValue());
            }
            case HEADER_VALUE_MATCH -> headerMatch(action.getHeaderValueMatch(), context);
            case QUERY_PARAMETER_VALUE_MATCH ->
                    queryMatch(action.getQueryParameterValueMatch(), context);
            case DYNAMIC_METADATA -> dynamicMetadata(action.getDynamicMetadata());
            case METADATA -> metadata(action.getMetadata());
            case EXTENSION -> input(action.getExtension(), context);
            case ACTIONSPECIFIER_NOT_SET -> {
                context.problems().add("", "names no action");
                yield null;
            }
        };
    }

    private static RateLimitAction fixed(String key, String value) {
        var entry = new Entry(HeaderText.of(key), HeaderText.of(value));
        return (headers, info, entries) -> entries.add(entry);
    }

    private static RateLimitAction destinationCluster() {
        return (headers, info, entries) ->
                info.route() instanceof RouteEntry route
                        && !route.answersItself()
                        && entries.add(new Entry("destination_cluster", route.cluster()));
    }

    private static @Nullable RateLimitAction requestHeader(
            Action.RequestHeaders config, FactoryContext context) {
        HeaderName name;
        try {
            name = HeaderName.of(config.getHeaderName());
        } catch (IllegalArgumentException wrong) {
            context.problems()
                    .at("request_headers.header_name")
                    .expected("the name of a header")
                    .found(config.getHeaderName());
            return null;
        }
        String key = HeaderText.of(config.getDescriptorKey());
        boolean skip = config.getSkipIfAbsent();
        return (headers, info, entries) -> {
            String value = headers.get(name);
            return value == null ? skip : entries.add(new Entry(key, value));
        };
    }

    private static RateLimitAction queryParameter(Action.QueryParameters config) {
        byte[] name = config.getQueryParameterName().getBytes(StandardCharsets.UTF_8);
        String key = HeaderText.of(config.getDescriptorKey());
        boolean skip = config.getSkipIfAbsent();
        return (headers, info, entries) -> {
            byte[] value = DecodedQuery.first(headers, name);
            return value == null
                    ? skip
                    : entries.add(new Entry(key, new String(value, StandardCharsets.ISO_8859_1)));
        };
    }

    private static RateLimitAction remoteAddress() {
        return (headers, info, entries) ->
                info.remoteAddress() instanceof Address.Ip ip
                        && entries.add(new Entry("remote_address", ip.host()));
    }

    private static RateLimitAction maskedRemoteAddress(Action.MaskedRemoteAddress config) {
        int v4 = config.hasV4PrefixMaskLen() ? bits(config.getV4PrefixMaskLen(), 32) : 32;
        int v6 = config.hasV6PrefixMaskLen() ? bits(config.getV6PrefixMaskLen(), 128) : 128;
        return (headers, info, entries) ->
                info.remoteAddress() instanceof Address.Ip ip
                        && entries.add(
                                new Entry(
                                        "masked_remote_address",
                                        IpRange.of(ip.address(), ip.v6() ? v6 : v4).toString()));
    }

    private static int bits(UInt32Value value, int most) {
        return (int) Math.min(most, Integer.toUnsignedLong(value.getValue()));
    }

    private static RateLimitAction headerMatch(
            Action.HeaderValueMatch config, FactoryContext context) {
        HeaderMatch[] matches =
                HeaderMatch.all(
                        config.getHeadersList(), context.problems(), "header_value_match.headers");
        boolean expected = !config.hasExpectMatch() || config.getExpectMatch().getValue();
        Entry entry =
                matchEntry(config.getDescriptorKey(), "header_match", config.getDescriptorValue());
        return (headers, info, entries) ->
                HeaderMatch.allMatch(matches, headers) == expected && entries.add(entry);
    }

    private static RateLimitAction queryMatch(
            Action.QueryParameterValueMatch config, FactoryContext context) {
        QueryParameterMatch[] matches =
                QueryParameterMatch.all(
                        config.getQueryParametersList(),
                        context.problems(),
                        "query_parameter_value_match.query_parameters");
        boolean expected = !config.hasExpectMatch() || config.getExpectMatch().getValue();
        Entry entry =
                matchEntry(config.getDescriptorKey(), "query_match", config.getDescriptorValue());
        return (headers, info, entries) ->
                allMatch(matches, headers) == expected && entries.add(entry);
    }

    private static boolean allMatch(QueryParameterMatch[] matches, RequestHeaders headers) {
        for (QueryParameterMatch match : matches) {
            if (!match.matches(DecodedQuery.first(headers, match.name()))) {
                return false;
            }
        }
        return true;
    }

    private static Entry matchEntry(String key, String defaultKey, String value) {
        return new Entry(key.isEmpty() ? defaultKey : HeaderText.of(key), HeaderText.of(value));
    }

    private static RateLimitAction dynamicMetadata(Action.DynamicMetaData config) {
        MetadataPath path = MetadataPath.of(config.getMetadataKey());
        String key = HeaderText.of(config.getDescriptorKey());
        String otherwise = HeaderText.of(config.getDefaultValue());
        return (headers, info, entries) -> {
            String text = text(path.value(info), otherwise);
            return !text.isEmpty() && entries.add(new Entry(key, text));
        };
    }

    private static RateLimitAction metadata(Action.MetaData config) {
        MetadataPath path = MetadataPath.of(config.getMetadataKey());
        String key = HeaderText.of(config.getDescriptorKey());
        String otherwise = HeaderText.of(config.getDefaultValue());
        boolean skip = config.getSkipIfAbsent();
        boolean ofRoute = config.getSource() == Action.MetaData.Source.ROUTE_ENTRY;
        return (headers, info, entries) -> {
            Value value = ofRoute ? path.value(routeMetadata(path, info)) : path.value(info);
            String text = text(value, otherwise);
            return text.isEmpty() ? skip : entries.add(new Entry(key, text));
        };
    }

    private static @Nullable Struct routeMetadata(MetadataPath path, StreamInfo info) {
        return info.route().metadata().getFilterMetadataMap().get(path.namespace());
    }

    private static String text(@Nullable Value value, String otherwise) {
        return value == null || value.getStringValue().isEmpty()
                ? otherwise
                : HeaderText.of(value.getStringValue());
    }

    /// An input of the matching API; the extension's name is the key.
    private static @Nullable RateLimitAction input(
            TypedExtensionConfig config, FactoryContext context) {
        MatchInput input =
                context.platform()
                        .extensions()
                        .compile(
                                Category.MATCHER_INPUT,
                                config,
                                MatchInput.class,
                                context,
                                "extension");
        if (input == null) {
            return null;
        }
        if (input.type() != String.class) {
            context.problems().add("extension", "a descriptor takes text");
            return null;
        }
        String key = HeaderText.of(config.getName());
        return (headers, info, entries) -> {
            Object value = input.value(new RequestData(info, headers));
            if (!(value instanceof String text)) {
                return false;
            }
            return text.isEmpty() || entries.add(new Entry(key, text));
        };
    }

    private record RequestData(StreamInfo info, RequestHeaders requestHeaders)
            implements MatchContext {}
}
