package io.nuncio.kernel.route.match;

import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.TlsContextMatchOptions;
import io.envoyproxy.envoy.type.matcher.v3.FilterStateMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.kernel.match.TextMatch;
import io.nuncio.kernel.match.ValueMatch;
import io.nuncio.spi.Address;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.TlsInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A condition on what is known of the stream besides its headers.
sealed interface StreamMatch {
    boolean matches(StreamInfo info);

    /// All that a route's match names; none for most routes.
    static StreamMatch[] all(RouteMatch match, Problems problems) {
        List<StreamMatch> all = new ArrayList<>();
        if (match.hasTlsContext()) {
            all.add(ClientCertificate.of(match.getTlsContext()));
        }
        for (int i = 0; i < match.getDynamicMetadataCount(); i++) {
            MetadataMatcher metadata = match.getDynamicMetadata(i);
            all.add(
                    new DynamicMetadata(
                            MetadataPath.of(metadata),
                            ValueMatch.of(
                                    metadata.getValue(),
                                    problems,
                                    "dynamic_metadata[" + i + "].value"),
                            metadata.getInvert()));
        }
        for (int i = 0; i < match.getFilterStateCount(); i++) {
            all.add(filterState(match.getFilterState(i), problems.in("filter_state[" + i + "]")));
        }
        return all.toArray(StreamMatch[]::new);
    }

    /// Whether the client presented a certificate, and whether that was verified; on a plaintext
    /// connection, neither.
    ///
    /// @param presented null if it does not matter
    /// @param validated null if it does not matter
    record ClientCertificate(@Nullable Boolean presented, @Nullable Boolean validated)
            implements StreamMatch {
        static ClientCertificate of(TlsContextMatchOptions options) {
            return new ClientCertificate(
                    options.hasPresented() ? options.getPresented().getValue() : null,
                    options.hasValidated() ? options.getValidated().getValue() : null);
        }

        @Override
        public boolean matches(StreamInfo info) {
            TlsInfo tls = info.downstream().tls();
            return (presented == null
                            || presented == (tls != null && !tls.peerCertificates().isEmpty()))
                    && (validated == null
                            || validated == (tls != null && tls.peerCertificateValidated()));
        }
    }

    /// A value in the stream's dynamic metadata.
    ///
    /// @param invert true for values that do not match, and for none
    record DynamicMetadata(MetadataPath path, ValueMatch value, boolean invert)
            implements StreamMatch {
        @Override
        public boolean matches(StreamInfo info) {
            return value.matches(path.value(info)) != invert;
        }
    }

    private static StreamMatch filterState(FilterStateMatcher config, Problems problems) {
        return switch (config.getMatcherCase()) {
            case STRING_MATCH ->
                    new FilterStateText(
                            config.getKey(),
                            TextMatch.of(config.getStringMatch(), problems, "string_match"));
            case ADDRESS_MATCH -> {
                List<IpRange> ranges = new ArrayList<>();
                for (int i = 0; i < config.getAddressMatch().getRangesCount(); i++) {
                    IpRange range =
                            IpRange.of(
                                    config.getAddressMatch().getRanges(i),
                                    problems.in("address_match.ranges[" + i + "]"));
                    if (range != null) {
                        ranges.add(range);
                    }
                }
                yield new FilterStateAddress(config.getKey(), List.copyOf(ranges));
            }
            case MATCHER_NOT_SET -> {
                problems.add("", "names no condition");
                yield new FilterStateAddress(config.getKey(), List.of());
            }
        };
    }

    /// An object of the filter state whose text matches.
    record FilterStateText(String key, TextMatch text) implements StreamMatch {
        @Override
        public boolean matches(StreamInfo info) {
            String value = FilterStateObject.textOf(info.filterState(key));
            return value != null && text.matches(value);
        }
    }

    /// An object of the filter state that is an address in one of the ranges.
    record FilterStateAddress(String key, List<IpRange> ranges) implements StreamMatch {
        @Override
        public boolean matches(StreamInfo info) {
            if (info.filterState(key) instanceof Address.Ip ip) {
                for (IpRange range : ranges) {
                    if (range.contains(ip.address())) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
