package io.nuncio.rbac;

import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TextMatcher;

import java.util.List;

/// Compiles what may be done. Thread: main.
final class PermissionCompiler {
    private static final int MAX_PORT = 65_536; // as Envoy has it

    private PermissionCompiler() {}

    /// @param field of the list; problems are reported below it, by position
    static Condition[] all(List<Permission> messages, Facts facts, String field) {
        Condition[] all = new Condition[messages.size()];
        for (int index = 0; index < all.length; index++) {
            all[index] = one(messages.get(index), facts.in(field + "[" + index + "]"));
        }
        return all;
    }

    private static Condition one(Permission message, Facts facts) {
        return switch (message.getRuleCase()) {
            case AND_RULES ->
                    Condition.all(
                            all(message.getAndRules().getRulesList(), facts, "and_rules.rules"));
            case OR_RULES ->
                    Condition.any(
                            all(message.getOrRules().getRulesList(), facts, "or_rules.rules"));
            case NOT_RULE -> Condition.not(one(message.getNotRule(), facts.in("not_rule")));
            case ANY -> _ -> true;
            case HEADER -> facts.header(message.getHeader());
            case URL_PATH -> facts.path(message.getUrlPath());
            case DESTINATION_IP ->
                    facts.address(
                            message.getDestinationIp(),
                            "destination_ip",
                            subject -> subject.connection().localAddress());
            case DESTINATION_PORT -> {
                int port = message.getDestinationPort();
                yield subject -> port(subject) == port;
            }
            case DESTINATION_PORT_RANGE ->
                    ports(
                            message.getDestinationPortRange(),
                            facts.context().problems().in("destination_port_range"));
            case METADATA ->
                    facts.metadata(message.getMetadata(), MetadataSource.DYNAMIC, "metadata");
            case SOURCED_METADATA ->
                    facts.metadata(
                            message.getSourcedMetadata().getMetadataMatcher(),
                            message.getSourcedMetadata().getMetadataSource(),
                            "sourced_metadata.metadata_matcher");
            case REQUESTED_SERVER_NAME -> {
                TextMatcher matcher =
                        facts.context()
                                .textMatcher(
                                        "requested_server_name", message.getRequestedServerName());
                yield subject -> matcher.matches(serverName(subject));
            }
            case MATCHER -> facts.extension(Category.RBAC_MATCHER, message.getMatcher(), "matcher");
            case URI_TEMPLATE -> unsupported(facts, "uri_template");
            case RULE_NOT_SET -> unsupported(facts, "");
        };
    }

    private static Condition unsupported(Facts facts, String field) {
        facts.context()
                .problems()
                .add(field, field.isEmpty() ? "names no rule" : "is not supported yet");
        return _ -> false;
    }

    private static Condition ports(Int32Range range, Problems problems) {
        int start = range.getStart();
        int end = range.getEnd();
        if (start < 0 || start > MAX_PORT) {
            problems.add("start", "range start " + start + " is out of bounds");
        }
        if (end < 0 || end > MAX_PORT) {
            problems.add("end", "range end " + end + " is out of bounds");
        }
        if (start >= end) {
            problems.add(
                    "start",
                    "range start %d cannot be greater or equal than range end %d"
                            .formatted(start, end));
        }
        return subject -> {
            int port = port(subject);
            return port >= start && port < end;
        };
    }

    /// -1 if there is none.
    private static int port(MatchContext subject) {
        return subject.connection().localAddress() instanceof Address.Ip ip ? ip.port() : -1;
    }

    private static String serverName(MatchContext subject) {
        String name = subject.connection().requestedServerName();
        return name == null ? "" : name;
    }
}
