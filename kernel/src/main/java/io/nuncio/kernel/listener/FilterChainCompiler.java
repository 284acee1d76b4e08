package io.nuncio.kernel.listener;

import com.google.protobuf.Any;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

/// Compiles single filter chains: their network filters and their transport sockets. Thread: main.
final class FilterChainCompiler {
    private final ListenerManager.Services services;

    FilterChainCompiler(ListenerManager.Services services) {
        this.services = services;
    }

    /// @param field where the chain is
    FilterChain compile(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            CompilePlace place,
            String field,
            FilterChain.Socket socket) {
        Leases leases = new Leases();
        FactoryContext context = place.context(leases);
        return new FilterChain(
                message.getName(),
                message.getMetadata(),
                filters(message, context, place, leases, field),
                leases,
                socket,
                Durations.toNanos(message.getTransportSocketConnectTimeout()),
                new ChainConnections(
                        new DrainDecision(services.drain(), services.serverState(), true),
                        new UseCount(services.mainThread(), services.workers())));
    }

    FilterChain.Socket socket(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            CompilePlace place,
            String field) {
        Leases leases = new Leases();
        TransportSocketTemplate template =
                message.hasTransportSocket()
                        ? transport(message, place.context(leases), field)
                        : null;
        return new FilterChain.Socket(template, leases);
    }

    private FilterTemplates<NetworkFilterTemplate> filters(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            FactoryContext context,
            CompilePlace place,
            Leases leases,
            String field) {
        FilterTemplates<NetworkFilterTemplate> filters =
                new FilterTemplates<>(
                        () -> new UseCount(services.mainThread(), services.workers()),
                        NetworkFilterTemplate::close);
        for (int index = 0; index < message.getFiltersCount(); index++) {
            Filter filter = message.getFilters(index);
            String name = filter.getName();
            String here = field + ".filters[" + index + "]";
            boolean last = index == message.getFiltersCount() - 1;
            if (filter.hasConfigDiscovery()) {
                filters.discover(
                        services.discovery()
                                .place(
                                        ExtensionDiscovery.Kind.NETWORK_FILTER,
                                        name,
                                        filter.getConfigDiscovery(),
                                        context,
                                        here + ".config_discovery"),
                        leases,
                        (config, problems, at, held) ->
                                filter(
                                        name,
                                        config,
                                        last,
                                        place.reporting(problems).context(held),
                                        at));
                continue;
            }
            NetworkFilterTemplate template =
                    filter(name, filter.getTypedConfig(), last, context, here);
            if (template != null) {
                filters.add(template);
            }
        }
        return filters;
    }

    private @Nullable NetworkFilterTemplate filter(
            String name, Any config, boolean last, FactoryContext context, String field) {
        NetworkFilterTemplate template =
                services.extensions()
                        .compile(
                                Category.NETWORK_FILTER,
                                name,
                                config,
                                NetworkFilterTemplate.class,
                                context,
                                field);
        if (template != null) {
            checkTerminal(template.terminal(), last, name, context.problems().in(field));
        }
        return template;
    }

    private static void checkTerminal(
            boolean terminal, boolean last, String name, Problems problems) {
        if (terminal && !last) {
            problems.add(
                    "",
                    "terminal filter named "
                            + name
                            + " must be the last filter in a network filter chain");
        } else if (!terminal && last) {
            problems.add(
                    "",
                    "non-terminal filter named "
                            + name
                            + " is the last filter in a network filter chain");
        }
    }

    private @Nullable TransportSocketTemplate transport(
            io.envoyproxy.envoy.config.listener.v3.FilterChain message,
            FactoryContext context,
            String field) {
        return services.extensions()
                .compile(
                        Category.DOWNSTREAM_TRANSPORT_SOCKET,
                        message.getTransportSocket().getName(),
                        message.getTransportSocket().getTypedConfig(),
                        TransportSocketTemplate.class,
                        context.withStats(context.listenerStats()),
                        field + ".transport_socket");
    }
}
