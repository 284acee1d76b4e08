package io.nuncio.kernel.route.match;

import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.TlsContextMatchOptions;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.kernel.match.ValueMatch;
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
                                    "dynamic_metadata[" + i + "].value")));
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
    record DynamicMetadata(MetadataPath path, ValueMatch value) implements StreamMatch {
        @Override
        public boolean matches(StreamInfo info) {
            return value.matches(path.value(info));
        }
    }
}
