package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.CertificateValidator;
import io.nuncio.spi.host.CertificateValidatorTemplate;
import io.nuncio.spi.host.SecretSource;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/// The certificates of one configuration and what it demands of its peers': from its own text, by
/// name, or from elsewhere. Each may come later than the configuration, and become another. Thread:
/// main.
final class TlsSecrets implements AutoCloseable {
    private static final String CERTIFICATES = "tls_certificates";
    private static final String BY_SDS = "tls_certificate_sds_secret_configs";

    private final FactoryContext context;
    private final Expirations expirations;
    private final List<Piece<TlsConfig.Identity>> certificates = new ArrayList<>();
    private final Piece<CertificateValidator> validation;
    private @Nullable Piece<List<TlsConfig.TicketKey>> ticketKeys;
    private Predicate<Problems> taker = _ -> true;

    /// @param nameIsServerName see [PeerCertificates#from]
    /// @param context at the message around this one, where it is `common_tls_context`
    TlsSecrets(
            CommonTlsContext message,
            CommonTls.Side side,
            boolean nameIsServerName,
            FactoryContext context) {
        this.context = context.in("common_tls_context", context.name());
        this.expirations = new Expirations(context.stats());
        if (message.getTlsCertificatesCount() > 0
                && message.getTlsCertificateSdsSecretConfigsCount() > 0) {
            this.context
                    .problems()
                    .at(BY_SDS)
                    .because("only one of " + CERTIFICATES + " and " + BY_SDS + " may be used");
        }
        for (int index = 0; index < message.getTlsCertificatesCount(); index++) {
            TlsCertificate own = message.getTlsCertificates(index);
            Secret secret = Secret.newBuilder().setTlsCertificate(own).build();
            certificates.add(
                    new Piece<>(
                            within(CERTIFICATES + "[" + index + "]"),
                            own.hasWatchedDirectory()
                                    ? context.platform().secrets().inline(secret)
                                    : null,
                            secret,
                            this::identity));
        }
        for (int index = 0; index < message.getTlsCertificateSdsSecretConfigsCount(); index++) {
            String field = BY_SDS + "[" + index + "]";
            certificates.add(
                    found(
                            field,
                            message.getTlsCertificateSdsSecretConfigs(index),
                            Secret.TypeCase.TLS_CERTIFICATE,
                            this::identity));
        }
        PeerCertificates.Stats stats = PeerCertificates.Stats.in(context.stats());
        validation =
                validation(
                        message,
                        (secret, place) -> {
                            CertificateValidationContext content = secret.getValidationContext();
                            return content.hasCustomValidatorConfig()
                                    ? custom(content, nameIsServerName, place)
                                    : vouching(
                                            secret,
                                            PeerCertificates.from(
                                                    content, side, nameIsServerName, stats, place));
                        });
    }

    private static @Nullable CertificateValidator custom(
            CertificateValidationContext content, boolean nameIsServerName, FactoryContext place) {
        if (nameIsServerName) {
            place.problems()
                    .at("custom_validator_config")
                    .because("auto_sni_san_validation cannot be used with it");
            return null;
        }
        CertificateValidatorTemplate template =
                place.platform()
                        .extensions()
                        .compile(
                                Category.CERTIFICATE_VALIDATOR,
                                content.getCustomValidatorConfig(),
                                CertificateValidatorTemplate.class,
                                place,
                                "custom_validator_config");
        return template == null ? null : template.in(content, place);
    }

    private PeerCertificates vouching(Secret secret, PeerCertificates made) {
        CertificateValidationContext content = secret.getValidationContext();
        if (content.hasTrustedCa() && !made.acceptedIssuers().isEmpty()) {
            expirations.set(
                    Expirations.name(secret.getName(), "ca_cert", content.getTrustedCa()),
                    made.acceptedIssuers().getFirst());
        }
        return made;
    }

    private TlsConfig.@Nullable Identity identity(Secret secret, FactoryContext place) {
        TlsCertificate content = secret.getTlsCertificate();
        TlsConfig.Identity made = Identities.from(content, place.problems());
        if (made != null) {
            expirations.set(
                    Expirations.name(
                            secret.getName(),
                            "cert",
                            content.hasPkcs12()
                                    ? content.getPkcs12()
                                    : content.getCertificateChain()),
                    made.chain().getFirst());
        }
        return made;
    }

    private Piece<CertificateValidator> validation(
            CommonTlsContext message,
            BiFunction<Secret, FactoryContext, @Nullable CertificateValidator> compiler) {
        switch (message.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG -> {
                return found(
                        "validation_context_sds_secret_config",
                        message.getValidationContextSdsSecretConfig(),
                        Secret.TypeCase.VALIDATION_CONTEXT,
                        compiler);
            }
            case COMBINED_VALIDATION_CONTEXT -> {
                CombinedCertificateValidationContext both = message.getCombinedValidationContext();
                return found(
                        "combined_validation_context.validation_context_sds_secret_config",
                        both.getValidationContextSdsSecretConfig(),
                        Secret.TypeCase.VALIDATION_CONTEXT,
                        (secret, place) ->
                                compiler.apply(
                                        secret.toBuilder()
                                                .setValidationContext(
                                                        both
                                                                .getDefaultValidationContext()
                                                                .toBuilder()
                                                                .mergeFrom(
                                                                        secret
                                                                                .getValidationContext()))
                                                .build(),
                                        place));
            }
            default -> {
                CertificateValidationContext own = message.getValidationContext();
                Secret secret = Secret.newBuilder().setValidationContext(own).build();
                return new Piece<>(
                        within("validation_context"),
                        own.hasWatchedDirectory()
                                ? context.platform().secrets().inline(secret)
                                : null,
                        secret,
                        compiler);
            }
        }
    }

    private <T> Piece<T> found(
            String field,
            SdsSecretConfig config,
            Secret.TypeCase type,
            BiFunction<Secret, FactoryContext, @Nullable T> compiler) {
        return found(field, config, type, context, compiler);
    }

    private <T> Piece<T> found(
            String field,
            SdsSecretConfig config,
            Secret.TypeCase type,
            FactoryContext around,
            BiFunction<Secret, FactoryContext, @Nullable T> compiler) {
        SecretSource source = around.platform().secrets().find(config, type, around, field);
        return new Piece<>(
                around.in(field, around.name()),
                source,
                source == null ? null : source.current(),
                compiler);
    }

    private FactoryContext within(String field) {
        return context.in(field, context.name());
    }

    /// The keys of session tickets, which stand beside the rest.
    ///
    /// @param place at the message
    void addTicketKeys(DownstreamTlsContext message, FactoryContext place) {
        switch (message.getSessionTicketKeysTypeCase()) {
            case SESSION_TICKET_KEYS ->
                    ticketKeys =
                            new Piece<>(
                                    place.in("session_ticket_keys", place.name()),
                                    null,
                                    Secret.newBuilder()
                                            .setSessionTicketKeys(message.getSessionTicketKeys())
                                            .build(),
                                    TicketKeys::from);
            case SESSION_TICKET_KEYS_SDS_SECRET_CONFIG ->
                    ticketKeys =
                            found(
                                    "session_ticket_keys_sds_secret_config",
                                    message.getSessionTicketKeysSdsSecretConfig(),
                                    Secret.TypeCase.SESSION_TICKET_KEYS,
                                    place,
                                    TicketKeys::from);
            case DISABLE_STATELESS_SESSION_RESUMPTION, SESSIONTICKETKEYSTYPE_NOT_SET -> {}
        }
    }

    /// True if there is a certificate, or will be.
    boolean present() {
        return !certificates.isEmpty();
    }

    /// How many certificates there are.
    int count() {
        return certificates.size();
    }

    /// True if something may come later or become another.
    boolean change() {
        return validation.source != null
                || certificates.stream().anyMatch(piece -> piece.source != null)
                || (ticketKeys != null && ticketKeys.source != null);
    }

    /// True if nothing is waited for.
    boolean complete() {
        return validation.value != null
                && certificates.stream().allMatch(piece -> piece.value != null)
                && (ticketKeys == null || ticketKeys.value != null);
    }

    /// The keys of session tickets; empty if none are configured.
    List<TlsConfig.TicketKey> ticketKeys() {
        List<TlsConfig.TicketKey> keys = ticketKeys == null ? null : ticketKeys.value;
        return keys == null ? List.of() : keys;
    }

    /// Those that are there.
    List<TlsConfig.Identity> identities() {
        List<TlsConfig.Identity> all = new ArrayList<>();
        for (Piece<TlsConfig.Identity> piece : certificates) {
            TlsConfig.Identity identity = piece.value;
            if (identity != null) {
                all.add(identity);
            }
        }
        return all;
    }

    /// Call only if these are [#complete].
    CertificateValidator verifier() {
        CertificateValidator verifier = validation.value;
        if (verifier == null) {
            throw new IllegalStateException("the validation context has not come yet");
        }
        return verifier;
    }

    /// Says who takes these whenever they have changed and are complete.
    ///
    /// @param by reports what is wrong with them and says no; then the change is taken back
    void follow(Predicate<Problems> by) {
        taker = by;
    }

    @Override
    public void close() {
        certificates.forEach(Piece::close);
        validation.close();
        if (ticketKeys != null) {
            ticketKeys.close();
        }
    }

    static long errors(Problems problems) {
        return problems.all().stream().filter(problem -> !problem.warning()).count();
    }

    /// One secret, compiled.
    private final class Piece<T> {
        private final @Nullable SecretSource source;
        private final BiFunction<Secret, FactoryContext, @Nullable T> compiler;
        private @Nullable T value;

        /// @param place of the secret in the configuration
        /// @param source null if it stays what it is
        /// @param first null if it has not come yet
        Piece(
                FactoryContext place,
                @Nullable SecretSource source,
                @Nullable Secret first,
                BiFunction<Secret, FactoryContext, @Nullable T> compiler) {
            this.source = source;
            this.compiler = compiler;
            if (first != null) {
                value = compiler.apply(first, place);
            }
            if (source != null) {
                source.watch(this::onChange);
            }
        }

        private void onChange(Secret secret, Problems problems) {
            long before = errors(problems);
            T compiled = compiler.apply(secret, context.withProblems(problems));
            if (errors(problems) > before) {
                let(compiled);
                return;
            }
            T old = value;
            value = compiled;
            if (complete() && !taker.test(problems)) {
                value = old;
                let(compiled);
            } else {
                let(old);
            }
        }

        private void let(@Nullable T go) {
            if (go instanceof CertificateValidator validator) {
                validator.close();
            }
        }

        void close() {
            if (source != null) {
                source.close();
            }
            let(value);
        }
    }
}
