package io.nuncio.kernel.admin;

import com.google.protobuf.Duration;

import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.nuncio.kernel.admin.AdminEndpoint.Parameter;
import io.nuncio.kernel.config.MessageJson;
import io.nuncio.kernel.config.MessageTypes;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.log.LogControl;
import io.nuncio.kernel.runtime.RuntimeLoader;
import io.nuncio.kernel.stats.StatsPage;
import io.nuncio.kernel.stats.StatsPages;

import java.util.List;
import java.util.function.Supplier;

/// The endpoints that every server has, with Envoy's paths, help texts and formats.
public final class StandardEndpoints {
    private StandardEndpoints() {}

    /// What the endpoints show and command.
    ///
    /// @param types finds the messages in the configuration dump
    /// @param beforeStats run before statistics are shown: flushes if `stats_flush_on_admin` says
    ///   so
    public record Subjects(
            ServerFacts facts,
            ServerActions actions,
            ClustersView clusters,
            Supplier<List<ListenerView>> listeners,
            List<ConfigSection> sections,
            StatsPages stats,
            Runnable beforeStats,
            LogControl logs,
            RuntimeLoader runtime,
            InitManagers init,
            MessageTypes types) {
        public Subjects {
            sections = List.copyOf(sections);
        }
    }

    /// Adds them. Thread: main.
    public static void addTo(AdminEndpoints endpoints, Subjects subjects) {
        MessageJson json = new MessageJson(subjects.types());
        addServer(endpoints, subjects, json);
        addActions(endpoints, subjects.actions());
        addStats(endpoints, subjects);
        endpoints.add(
                AdminEndpoint.page(
                        "/clusters",
                        "upstream cluster status",
                        request ->
                                "json".equals(request.parameter("format"))
                                        ? AdminResponse.json(
                                                json.print(subjects.clusters().message().get()))
                                        : AdminResponse.text(
                                                200, subjects.clusters().text().get())));
        endpoints.add(new ListenersEndpoint(subjects.listeners(), json).endpoint());
        endpoints.add(
                new ConfigDumpEndpoint(subjects.sections(), subjects.types(), json).endpoint());
        endpoints.add(new LoggingEndpoint(subjects.logs()).endpoint());
        endpoints.add(new InitDumpEndpoint(subjects.init()).endpoint());
        new RuntimeEndpoints(subjects.runtime(), json).addTo(endpoints);
    }

    private static void addServer(AdminEndpoints endpoints, Subjects subjects, MessageJson json) {
        endpoints.add(
                AdminEndpoint.page(
                        "/ready",
                        "print server state, return 200 if LIVE, otherwise return 503",
                        _ -> {
                            ServerInfo.State state = subjects.facts().state().get();
                            return AdminResponse.text(
                                    state == ServerInfo.State.LIVE ? 200 : 503,
                                    state.name() + "\n");
                        }));
        endpoints.add(
                AdminEndpoint.page(
                        "/server_info",
                        "print server version/status information",
                        _ ->
                                AdminResponse.json(
                                        json.withDefaults().print(serverInfo(subjects.facts())))));
        endpoints.add(
                AdminEndpoint.page(
                        "/memory",
                        "print current allocation/heap usage",
                        _ -> AdminResponse.json(json.withDefaults().print(MemoryPage.message()))));
    }

    private static ServerInfo serverInfo(ServerFacts facts) {
        Duration uptime =
                Duration.newBuilder().setSeconds(facts.uptime().get().toSeconds()).build();
        return ServerInfo.newBuilder()
                .setVersion(facts.version())
                .setState(facts.state().get())
                .setHotRestartVersion("disabled")
                .setUptimeCurrentEpoch(uptime)
                .setUptimeAllEpochs(uptime)
                .setCommandLineOptions(facts.options())
                .setNode(facts.node())
                .build();
    }

    private static void addActions(AdminEndpoints endpoints, ServerActions actions) {
        endpoints.add(
                command(
                        "/healthcheck/fail",
                        "cause the server to fail health checks",
                        () -> actions.failHealthChecks(true)));
        endpoints.add(
                command(
                        "/healthcheck/ok",
                        "cause the server to pass health checks",
                        () -> actions.failHealthChecks(false)));
        endpoints.add(command("/quitquitquit", "exit the server", actions::quit));
        endpoints.add(command("/reopen_logs", "reopen access logs", actions::reopenLogs));
        endpoints.add(
                new AdminEndpoint(
                        "/drain_listeners",
                        "drain listeners",
                        true,
                        List.of(
                                Parameter.flag(
                                        "graceful",
                                        "When draining listeners, enter a graceful drain period"
                                                + " prior to closing listeners. This behaviour and"
                                                + " duration is configurable via server options or"
                                                + " CLI"),
                                Parameter.flag(
                                        "skip_exit",
                                        "When draining listeners, do not exit after the drain"
                                                + " period. This must be used with graceful"),
                                Parameter.flag(
                                        "inboundonly",
                                        "Drains all inbound listeners. traffic_direction field in"
                                            + " envoy_v3_api_msg_config.listener.v3.Listener is"
                                            + " used to determine whether a listener is inbound or"
                                            + " outbound.")),
                        request -> {
                            boolean graceful = request.has("graceful");
                            boolean skipExit = request.has("skip_exit");
                            if (skipExit && !graceful) {
                                return AdminResponse.text(400, "skip_exit requires graceful\n");
                            }
                            actions.drainListeners(request.has("inboundonly"), graceful, skipExit);
                            return AdminResponse.ok();
                        }));
    }

    private static AdminEndpoint command(String path, String help, Runnable action) {
        return AdminEndpoint.command(
                path,
                help,
                _ -> {
                    action.run();
                    return AdminResponse.ok();
                });
    }

    private static void addStats(AdminEndpoints endpoints, Subjects subjects) {
        Parameter usedOnly =
                Parameter.flag(
                        "usedonly",
                        "Only include stats that have been written by system since restart");
        Parameter filter =
                Parameter.text("filter", "Regular expression (Google re2) for filtering stats");
        StatsPages stats = subjects.stats();
        endpoints.add(
                new AdminEndpoint(
                        "/stats",
                        "print server stats",
                        false,
                        List.of(
                                usedOnly,
                                filter,
                                Parameter.choice(
                                        "format", "Format to use", "text", "json", "prometheus"),
                                Parameter.choice(
                                        "type",
                                        "Stat types to include.",
                                        "All",
                                        "Counters",
                                        "Histograms",
                                        "Gauges",
                                        "TextReadouts"),
                                Parameter.choice(
                                        "histogram_buckets",
                                        "Histogram bucket display mode",
                                        "cumulative",
                                        "disjoint",
                                        "detailed",
                                        "summary")),
                        request -> {
                            subjects.beforeStats().run();
                            return answer(stats.stats(request.parameterMap()));
                        }));
        endpoints.add(
                new AdminEndpoint(
                        "/stats/prometheus",
                        "print server stats in prometheus format",
                        false,
                        List.of(
                                usedOnly,
                                Parameter.flag(
                                        "text_readouts",
                                        "Render text_readouts as new gaugues with value 0"
                                                + " (increases Prometheus data size)"),
                                filter,
                                Parameter.choice(
                                        "histogram_buckets",
                                        "Histogram bucket display mode",
                                        "cumulative",
                                        "summary")),
                        request -> {
                            subjects.beforeStats().run();
                            return answer(stats.prometheus(request.parameterMap()));
                        }));
        endpoints.add(
                AdminEndpoint.command(
                        "/reset_counters",
                        "reset all counters to zero",
                        _ -> answer(stats.resetCounters())));
        endpoints.add(
                AdminEndpoint.page(
                        "/stats/recentlookups",
                        "Show recent stat-name lookups",
                        _ -> answer(stats.recentLookups())));
        endpoints.add(
                AdminEndpoint.command(
                        "/stats/recentlookups/clear",
                        "clear list of stat-name lookups and counter",
                        _ -> answer(stats.clearRecentLookups())));
        endpoints.add(
                AdminEndpoint.command(
                        "/stats/recentlookups/disable",
                        "disable recording of reset stat-name lookup names",
                        _ -> answer(stats.enableRecentLookups(false))));
        endpoints.add(
                AdminEndpoint.command(
                        "/stats/recentlookups/enable",
                        "enable recording of reset stat-name lookup names",
                        _ -> answer(stats.enableRecentLookups(true))));
    }

    private static AdminResponse answer(StatsPage page) {
        return AdminResponse.pieces(page.status(), page.contentType(), page::writeTo);
    }
}
