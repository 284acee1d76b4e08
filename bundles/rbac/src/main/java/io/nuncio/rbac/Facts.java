package io.nuncio.rbac;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RbacCondition;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.host.Matchers;

import java.util.function.Function;
import java.util.function.Predicate;

/// Compiles the conditions that permissions and principals have in common.
///
/// @param context problems are reported there
/// @param data what may be asked for: a connection has no headers
record Facts(FactoryContext context, Matchers.Data data) {
    private static final Condition NEVER = _ -> false;

    /// The same with problems reported below `field`.
    Facts in(String field) {
        return new Facts(context.in(field, context.name()), data);
    }

    /// A condition on an address; one without an IP address is in no range.
    Condition address(CidrRange config, String field, Function<MatchContext, Address> address) {
        IpRange range = IpRange.of(config, context.problems().in(field));
        return range == null
                ? NEVER
                : subject ->
                        address.apply(subject) instanceof Address.Ip ip
                                && range.contains(ip.address());
    }

    Condition header(HeaderMatcher config) {
        if (refused("header")) {
            return NEVER;
        }
        Predicate<HeaderMap> matcher =
                context.platform().matchers().header(config, context.problems(), "header");
        return subject -> {
            RequestHeaders headers = subject.requestHeaders();
            return headers != null && matcher.test(headers);
        };
    }

    /// A condition on the path without query and fragment.
    Condition path(PathMatcher config) {
        if (refused("url_path")) {
            return NEVER;
        }
        TextMatcher matcher = context.textMatcher("url_path.path", config.getPath());
        return subject -> {
            RequestHeaders headers = subject.requestHeaders();
            int entry = headers == null ? -1 : headers.find(HeaderName.PATH);
            return headers != null
                    && entry >= 0
                    && matcher.matches(
                            headers.array(), headers.valueStart(entry), headers.pathLength());
        };
    }

    private boolean refused(String field) {
        if (data == Matchers.Data.HTTP) {
            return false;
        }
        context.problems()
                .add(field, "is not supported by the RBAC network filter: connections have none");
        return true;
    }

    /// A condition that is an extension.
    Condition extension(Category category, TypedExtensionConfig config, String field) {
        RbacCondition made =
                context.platform()
                        .extensions()
                        .compile(
                                category,
                                config.getName(),
                                config.getTypedConfig(),
                                RbacCondition.class,
                                context,
                                field);
        return made == null ? NEVER : made::matches;
    }

    Condition metadata(MetadataMatcher config, MetadataSource source, String field) {
        var matcher = context.platform().matchers().metadata(config, context.problems(), field);
        String namespace = matcher.namespace();
        if (source == MetadataSource.ROUTE) {
            return subject -> {
                // Without a route there is no metadata, and no condition on it holds.
                var route = subject.info().route();
                Struct metadata = route.metadata().getFilterMetadataMap().get(namespace);
                return !route.virtualHost().isEmpty() && matcher.matches(metadata);
            };
        }
        return subject -> matcher.matches(subject.info().metadata(namespace));
    }
}
