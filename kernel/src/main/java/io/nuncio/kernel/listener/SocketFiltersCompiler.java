package io.nuncio.kernel.listener;

import com.google.protobuf.Any;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.host.Matchers;

import org.jspecify.annotations.Nullable;

/// Compiles what a listener has beside its filter chains. Thread: main.
final class SocketFiltersCompiler {
    /// A listener filter that a field of the listener stands for; with its defaults.
    private record Implied(String name, String type) {
        Any config() {
            return Any.newBuilder().setTypeUrl("type.googleapis.com/" + type).build();
        }
    }

    /// For `use_original_dst`, after the other listener filters.
    private static final Implied ORIGINAL_DST =
            new Implied(
                    "envoy.filters.listener.original_dst",
                    "envoy.extensions.filters.listener.original_dst.v3.OriginalDst");

    /// For `use_proxy_proto`, last of all.
    private static final Implied PROXY_PROTOCOL =
            new Implied(
                    "envoy.filters.listener.proxy_protocol",
                    "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol");

    private final ListenerManager.Services services;

    SocketFiltersCompiler(ListenerManager.Services services) {
        this.services = services;
    }

    SocketFilters compile(Listener message, CompilePlace place) {
        Leases leases = new Leases();
        FactoryContext context = place.context(leases);
        return new SocketFilters(
                listenerFilters(message, context, place, leases),
                message.getAccessLogCount() == 0
                        ? null
                        : services.accessLogs()
                                .compile(message.getAccessLogList(), context, "access_log"),
                message.hasFilterChainMatcher()
                        ? context.platform()
                                .matchers()
                                .compile(
                                        message.getFilterChainMatcher(),
                                        Matchers.Data.NETWORK,
                                        String.class,
                                        context,
                                        "filter_chain_matcher")
                        : null,
                leases,
                new UseCount(services.mainThread(), services.workers()));
    }

    private FilterTemplates<ListenerFilterTemplate> listenerFilters(
            Listener message, FactoryContext context, CompilePlace place, Leases leases) {
        FilterTemplates<ListenerFilterTemplate> templates =
                new FilterTemplates<>(
                        () -> new UseCount(services.mainThread(), services.workers()),
                        ListenerFilterTemplate::close);
        for (int index = 0; index < message.getListenerFiltersCount(); index++) {
            ListenerFilter filter = message.getListenerFilters(index);
            String field = "listener_filters[" + index + "]";
            SocketPredicate disabled =
                    filter.hasFilterDisabled()
                            ? SocketPredicate.of(
                                    filter.getFilterDisabled(),
                                    context.problems().in(field + ".filter_disabled"))
                            : null;
            if (filter.hasConfigDiscovery()) {
                templates.discover(
                        services.discovery()
                                .place(
                                        ExtensionDiscovery.Kind.TCP_LISTENER_FILTER,
                                        filter.getName(),
                                        filter.getConfigDiscovery(),
                                        context,
                                        field + ".config_discovery"),
                        leases,
                        (config, problems, at, held) ->
                                listenerFilter(
                                        filter.getName(),
                                        config,
                                        disabled,
                                        place.reporting(problems).context(held),
                                        at));
                continue;
            }
            ListenerFilterTemplate template =
                    listenerFilter(
                            filter.getName(), filter.getTypedConfig(), disabled, context, field);
            if (template != null) {
                templates.add(template);
            }
        }
        if (message.getUseOriginalDst().getValue()) {
            addImplied(ORIGINAL_DST, context, "use_original_dst", templates);
        }
        if (Renewals.usesProxyProtocol(message)) {
            addImplied(
                    PROXY_PROTOCOL,
                    context,
                    message.getFilterChainsCount() == 0
                            ? "default_filter_chain.use_proxy_proto"
                            : "filter_chains[0].use_proxy_proto",
                    templates);
        }
        return templates;
    }

    private void addImplied(
            Implied filter,
            FactoryContext context,
            String field,
            FilterTemplates<ListenerFilterTemplate> templates) {
        ListenerFilterTemplate template =
                listenerFilter(filter.name(), filter.config(), null, context, field);
        if (template != null) {
            templates.add(template);
        }
    }

    /// @param disabled which sockets pass the filter, null if none do
    private @Nullable ListenerFilterTemplate listenerFilter(
            String name,
            Any config,
            @Nullable SocketPredicate disabled,
            FactoryContext context,
            String field) {
        ListenerFilterTemplate template =
                services.extensions()
                        .compile(
                                Category.LISTENER_FILTER,
                                name,
                                config,
                                ListenerFilterTemplate.class,
                                context,
                                field);
        return template == null || disabled == null
                ? template
                : new PartlyDisabledFilter.Template(template, disabled);
    }
}
