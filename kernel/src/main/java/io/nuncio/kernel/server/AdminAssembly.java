package io.nuncio.kernel.server;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.admin.v3.CommandLineOptions;
import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.nuncio.kernel.admin.AdminEndpoint;
import io.nuncio.kernel.admin.AdminEndpoints;
import io.nuncio.kernel.admin.AdminResponse;
import io.nuncio.kernel.admin.AdminServer;
import io.nuncio.kernel.admin.AdminSocket;
import io.nuncio.kernel.admin.ClustersView;
import io.nuncio.kernel.admin.ListenerView;
import io.nuncio.kernel.admin.ServerActions;
import io.nuncio.kernel.admin.ServerFacts;
import io.nuncio.kernel.admin.StandardEndpoints;
import io.nuncio.kernel.config.MessageJson;
import io.nuncio.kernel.config.MessageTypes;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.kernel.log.LogControl;
import io.nuncio.kernel.network.Addresses;
import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.SocketOption;
import io.nuncio.kernel.stats.StatsPages;
import io.nuncio.kernel.upstream.ClustersAdmin;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.ServerCodecTemplate;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The admin server of a bootstrap: compiled with everything else, bound when the server starts.
final class AdminAssembly {
    private final AdminSocket socket;
    private final ServerCodecTemplate codec;
    private final AdminLog accessLog;

    private AdminAssembly(AdminSocket socket, ServerCodecTemplate codec, AdminLog accessLog) {
        this.socket = socket;
        this.codec = codec;
        this.accessLog = accessLog;
    }

    /// @return null if the bootstrap has no admin, or if its address is wrong
    static @Nullable AdminAssembly compile(
            Bootstrap bootstrap, Assembly assembly, Problems problems) {
        if (!bootstrap.hasAdmin() || !bootstrap.getAdmin().hasAddress()) {
            return null;
        }
        Admin admin = bootstrap.getAdmin();
        Address address = address(admin.getAddress(), problems.in("address"));
        if (address == null) {
            return null;
        }
        StatsScope scope = assembly.stats.root().scope("http.admin");
        var context = assembly.contexts.create("admin", scope, new Leases(), problems);
        CodecConfig codec =
                new CodecConfig(
                        CodecConfig.Type.HTTP1,
                        io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.getDefaultInstance(),
                        io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions
                                .getDefaultInstance(),
                        io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions
                                .getDefaultInstance(),
                        0);
        return new AdminAssembly(
                new AdminSocket(
                        address,
                        ListenOptions.DEFAULT.with(options(admin, assembly, problems)),
                        assembly.connectionLimit,
                        admin.getIgnoreGlobalConnLimit()),
                assembly.codecs.server(codec, context, ""),
                new AdminLog(
                        (leases, found) ->
                                assembly.accessLogs.compile(
                                        accessLogs(admin),
                                        assembly.contexts.create("admin", scope, leases, found),
                                        "access_log"),
                        problems));
    }

    /// Compiles the access log anew if it has something of the bundle.
    Renewal renewLog(String bundle, Problems problems) {
        return accessLog.renew(bundle, problems);
    }

    /// A path alone stands for the file access logger, as in Envoy; it logs in the default format.
    @SuppressWarnings("deprecation") // Envoy still reads it.
    private static List<AccessLog> accessLogs(Admin admin) {
        if (admin.getAccessLogPath().isEmpty()) {
            return admin.getAccessLogList();
        }
        List<AccessLog> all = new ArrayList<>(admin.getAccessLogList());
        Value path = Value.newBuilder().setStringValue(admin.getAccessLogPath()).build();
        all.add(
                AccessLog.newBuilder()
                        .setName("envoy.access_loggers.file")
                        .setTypedConfig(
                                Any.pack(Struct.newBuilder().putFields("path", path).build()))
                        .build());
        return all;
    }

    private static List<SocketOption> options(Admin admin, Assembly assembly, Problems problems) {
        List<SocketOption> options = SocketOption.ofStreams(admin.getSocketOptionsList());
        if (!options.isEmpty() && !assembly.loops.main().engine().supportsSocketOptions()) {
            problems.at("socket_options")
                    .because(
                            assembly.loops.main().engine()
                                    + " sockets do not have this; use --event-loop epoll");
        }
        return options;
    }

    private static @Nullable Address address(
            io.envoyproxy.envoy.config.core.v3.Address message, Problems problems) {
        if (message.hasPipe()) {
            return new Address.Pipe(message.getPipe().getPath(), message.getPipe().getMode());
        }
        var socket = message.getSocketAddress();
        InetAddress ip = Addresses.parseIp(socket.getAddress());
        if (ip == null) {
            problems.at("socket_address.address")
                    .expected("an IP address")
                    .found(socket.getAddress());
            return null;
        }
        return new Address.Ip(ip, socket.getPortValue());
    }

    /// Binds and answers from now on. Not on the main loop.
    AdminServer start(
            Server server,
            Bootstrap bootstrap,
            Options options,
            Assembly assembly,
            LogControl logs,
            MessageTypes types,
            ServerActions actions)
            throws StartFailure {
        AdminEndpoints endpoints = new AdminEndpoints();
        StandardEndpoints.addTo(
                endpoints,
                new StandardEndpoints.Subjects(
                        new ServerFacts(
                                "0/"
                                        + Version.ENVOY_API
                                        + "/Clean/RELEASE/nuncio-"
                                        + Version.NUNCIO,
                                commandLine(options),
                                assembly.node,
                                () -> state(assembly.lifeCycle.state()),
                                () -> java.time.Duration.ofSeconds(server.uptimeSeconds())),
                        actions,
                        new ClustersView(
                                () -> ClustersAdmin.text(assembly.clusters),
                                () -> ClustersAdmin.message(assembly.clusters)),
                        () ->
                                assembly.listeners.listeners().stream()
                                        .map(status ->
                                                new ListenerView(status.name(), status.addresses()))
                                        .toList(),
                        ConfigSections.of(bootstrap, assembly),
                        new StatsPages(assembly.stats),
                        server::refreshStats,
                        logs,
                        assembly.runtime,
                        assembly.init,
                        types));
        MessageJson json = new MessageJson(types).withDefaults();
        endpoints.add(
                AdminEndpoint.page(
                        "/certs",
                        "print certs on machine",
                        _ -> AdminResponse.json(json.print(assembly.certificates.message()))));
        endpoints.add(
                AdminEndpoint.page(
                        "/bundles",
                        "print the bundles with their state and generations (Nuncio's own)",
                        _ -> AdminResponse.text(200, server.bundles())));
        try {
            AdminServer admin =
                    AdminServer.bind(
                            assembly.loops.main(),
                            socket,
                            endpoints,
                            codec,
                            accessLog,
                            assembly.stats.root());
            if (options.adminAddressPath() != null) {
                admin.writeAddress(options.adminAddressPath());
            }
            admin.start();
            return admin;
        } catch (BindFailure failure) {
            throw new StartFailure("admin: " + failure.getMessage());
        }
    }

    private static ServerInfo.State state(LifeCycle.State state) {
        return switch (state) {
            case LIVE -> ServerInfo.State.LIVE;
            case DRAINING -> ServerInfo.State.DRAINING;
            case PRE_INITIALIZING -> ServerInfo.State.PRE_INITIALIZING;
            case INITIALIZING -> ServerInfo.State.INITIALIZING;
        };
    }

    private static CommandLineOptions commandLine(Options options) {
        CommandLineOptions.Builder message =
                CommandLineOptions.newBuilder()
                        .setConfigYaml(options.configYaml())
                        .setConcurrency(options.concurrency())
                        .setLogLevel(options.log().level().toString())
                        .setComponentLogLevel(
                                options.log().components().entrySet().stream()
                                        .map(entry -> entry.getKey() + ":" + entry.getValue())
                                        .sorted()
                                        .collect(Collectors.joining(",")))
                        .setLogFormat(options.log().format())
                        .setLogFormatEscaped(options.log().escaped())
                        .setServiceCluster(options.serviceCluster())
                        .setServiceNode(options.serviceNode())
                        .setServiceZone(options.serviceZone())
                        .setAllowUnknownStaticFields(options.allowUnknownStaticFields())
                        .setSkipDeprecatedLogs(options.skipDeprecatedLogs())
                        .setDisableHotRestart(true)
                        .addAllDisabledExtensions(options.disabledExtensions())
                        .setFileFlushInterval(duration(options.fileFlushInterval()))
                        .setDrainTime(duration(options.drainTime()))
                        .setDrainStrategy(
                                options.drainStrategy() == Options.DrainStrategy.GRADUAL
                                        ? CommandLineOptions.DrainStrategy.Gradual
                                        : CommandLineOptions.DrainStrategy.Immediate);
        if (options.configPath() != null) {
            message.setConfigPath(options.configPath().toString());
        }
        if (options.log().file() != null) {
            message.setLogPath(options.log().file().toString());
        }
        if (options.adminAddressPath() != null) {
            message.setAdminAddressPath(options.adminAddressPath().toString());
        }
        for (Options.StatsTag tag : options.statsTags()) {
            message.addStatsTag(tag.name() + ":" + tag.value());
        }
        return message.build();
    }

    private static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.toSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
