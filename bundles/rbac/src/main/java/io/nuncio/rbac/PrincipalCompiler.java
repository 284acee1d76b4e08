package io.nuncio.rbac;

import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.nuncio.spi.Category;

import java.util.List;

/// Compiles who may do it. Thread: main.
final class PrincipalCompiler {
    private PrincipalCompiler() {}

    /// @param field of the list; problems are reported below it, by position
    static Condition[] all(List<Principal> messages, Facts facts, String field) {
        Condition[] all = new Condition[messages.size()];
        for (int index = 0; index < all.length; index++) {
            all[index] = one(messages.get(index), facts.in(field + "[" + index + "]"));
        }
        return all;
    }

    @SuppressWarnings("deprecation") // source_ip and metadata are still Envoy's
    private static Condition one(Principal message, Facts facts) {
        return switch (message.getIdentifierCase()) {
            case AND_IDS ->
                    Condition.all(all(message.getAndIds().getIdsList(), facts, "and_ids.ids"));
            case OR_IDS -> Condition.any(all(message.getOrIds().getIdsList(), facts, "or_ids.ids"));
            case NOT_ID -> Condition.not(one(message.getNotId(), facts.in("not_id")));
            case ANY -> _ -> true;
            case AUTHENTICATED ->
                    Authenticated.of(message.getAuthenticated(), facts.in("authenticated"));
            case SOURCE_IP ->
                    facts.address(
                            message.getSourceIp(),
                            "source_ip",
                            subject -> subject.connection().remoteAddress());
            case DIRECT_REMOTE_IP ->
                    facts.address(
                            message.getDirectRemoteIp(),
                            "direct_remote_ip",
                            subject -> subject.connection().directRemoteAddress());
            case REMOTE_IP ->
                    facts.address(
                            message.getRemoteIp(),
                            "remote_ip",
                            subject -> subject.info().remoteAddress());
            case HEADER -> facts.header(message.getHeader());
            case URL_PATH -> facts.path(message.getUrlPath());
            case METADATA ->
                    facts.metadata(message.getMetadata(), MetadataSource.DYNAMIC, "metadata");
            case SOURCED_METADATA ->
                    facts.metadata(
                            message.getSourcedMetadata().getMetadataMatcher(),
                            message.getSourcedMetadata().getMetadataSource(),
                            "sourced_metadata.metadata_matcher");
            case FILTER_STATE ->
                    FilterStateCondition.of(message.getFilterState(), facts.in("filter_state"));
            case CUSTOM -> facts.extension(Category.RBAC_PRINCIPAL, message.getCustom(), "custom");
            case IDENTIFIER_NOT_SET -> {
                facts.context().problems().add("", "names no principal");
                yield _ -> false;
            }
        };
    }
}
