package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.host.CertificateText;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A condition on an alternative name of a peer's certificate.
///
/// @param exactDns the name that a DNS name must have or cover with a wildcard; null if `text`
///   decides
/// @param oid which "other names" it is about
record NameMatcher(
        SubjectNames.Kind kind, TextMatcher text, @Nullable String exactDns, String oid) {
    /// All conditions of a configuration, those of the deprecated field as well.
    ///
    /// @param context at the message
    @SuppressWarnings("deprecation") // The deprecated field works as Envoy's does.
    static List<NameMatcher> from(CertificateValidationContext message, FactoryContext context) {
        List<NameMatcher> matchers = new ArrayList<>();
        for (int index = 0; index < message.getMatchTypedSubjectAltNamesCount(); index++) {
            SubjectAltNameMatcher matcher = message.getMatchTypedSubjectAltNames(index);
            String field = "match_typed_subject_alt_names[" + index + "]";
            SubjectNames.Kind kind = SubjectNames.Kind.valueOf(matcher.getSanType().name());
            if (kind == SubjectNames.Kind.OTHER_NAME && matcher.getOid().isEmpty()) {
                context.problems().at(field + ".oid").because("is needed for OTHER_NAME");
            }
            matchers.add(
                    of(kind, matcher.getMatcher(), matcher.getOid(), context, field + ".matcher"));
        }
        for (int index = 0; index < message.getMatchSubjectAltNamesCount(); index++) {
            String field = "match_subject_alt_names[" + index + "]";
            for (SubjectNames.Kind kind :
                    List.of(
                            SubjectNames.Kind.DNS,
                            SubjectNames.Kind.URI,
                            SubjectNames.Kind.EMAIL,
                            SubjectNames.Kind.IP_ADDRESS)) {
                matchers.add(of(kind, message.getMatchSubjectAltNames(index), "", context, field));
            }
        }
        return matchers;
    }

    private static NameMatcher of(
            SubjectNames.Kind kind,
            StringMatcher message,
            String oid,
            FactoryContext context,
            String field) {
        boolean exactDns =
                kind == SubjectNames.Kind.DNS
                        && message.getMatchPatternCase() == StringMatcher.MatchPatternCase.EXACT;
        return new NameMatcher(
                kind,
                context.textMatcher(field, message),
                exactDns ? message.getExact() : null,
                oid);
    }

    boolean matches(SubjectNames names) {
        for (SubjectNames.Name name : names.all()) {
            if (name.kind() == kind && name.oid().equals(oid) && matches(name.value())) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(String value) {
        return exactDns == null ? text.matches(value) : CertificateText.covers(value, exactDns);
    }
}
