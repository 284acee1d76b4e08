package io.nuncio.matching;

import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInputFactory;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.host.CertificateNames;
import io.nuncio.spi.host.CertificateText.NameKind;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// Inputs that read who the peer is: its certificate, or what filters have found out.
public final class PeerInputs {
    private PeerInputs() {}

    /// The URI names of the peer's certificate, separated by commas.
    @Extension(
            name = "envoy.matching.inputs.uri_san",
            type = "envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class UriSan implements MatchInputFactory<UriSanInput> {
        @Override
        public MatchInput configure(UriSanInput config, FactoryContext context) {
            return match -> ofPeer(match, peer -> names(peer, NameKind.URI));
        }
    }

    /// The DNS names, likewise.
    @Extension(
            name = "envoy.matching.inputs.dns_san",
            type = "envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class DnsSan implements MatchInputFactory<DnsSanInput> {
        @Override
        public MatchInput configure(DnsSanInput config, FactoryContext context) {
            return match -> ofPeer(match, peer -> names(peer, NameKind.DNS));
        }
    }

    /// The subject of the peer's certificate, as RFC 2253 has it.
    @Extension(
            name = "envoy.matching.inputs.subject",
            type = "envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class Subject implements MatchInputFactory<SubjectInput> {
        @Override
        public MatchInput configure(SubjectInput config, FactoryContext context) {
            return match -> ofPeer(match, CertificateNames::subject);
        }
    }

    /// The text of an object of the filter state.
    @Extension(
            name = "envoy.matching.inputs.filter_state",
            type = "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput",
            category = {Category.NETWORK_MATCHER_INPUT, Category.MATCHER_INPUT})
    public static final class FilterState implements MatchInputFactory<FilterStateInput> {
        @Override
        public MatchInput configure(FilterStateInput config, FactoryContext context) {
            String key = config.getKey();
            return match -> bytes(FilterStateObject.textOf(match.info().filterState(key)));
        }
    }

    private static @Nullable String ofPeer(
            MatchContext match, Function<CertificateNames, String> text) {
        TlsInfo tls = match.connection().tls();
        String value = tls == null ? "" : text.apply(tls.peerNames());
        return value.isEmpty() ? null : bytes(value);
    }

    private static String names(CertificateNames peer, NameKind kind) {
        return String.join(",", peer.alternatives(kind));
    }

    /// Text as inputs have it: a char for each byte.
    private static @Nullable String bytes(@Nullable String text) {
        return text == null
                ? null
                : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
