package io.nuncio.kernel.admin;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The endpoints of the admin server by path. Thread: main.
public final class AdminEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger("admin");

    /// Pages of Envoy's admin server that are not there yet. Envoy answers 501 to those that its
    /// build leaves out.
    private static final Set<String> NOT_YET =
            Set.of(
                    "/allocprofiler",
                    "/contention",
                    "/cpuprofiler",
                    "/heap_dump",
                    "/heapprofiler",
                    "/hot_restart_version",
                    "/memory/tcmalloc",
                    "/tap");

    private final SortedMap<String, AdminEndpoint> endpoints = new TreeMap<>();

    /// With the home page and `/help`.
    public AdminEndpoints() {
        add(AdminEndpoint.page("/", "Admin home page", _ -> HomePage.of(all())));
        add(
                AdminEndpoint.page(
                        "/help",
                        "print out list of admin commands",
                        _ -> AdminResponse.text(200, help())));
    }

    /// @return false, and nothing changes, if the path is taken
    public boolean add(AdminEndpoint endpoint) {
        return endpoints.putIfAbsent(endpoint.path(), endpoint) == null;
    }

    /// @return false if there was none
    public boolean remove(String path) {
        return endpoints.remove(path) != null;
    }

    /// In the order of their paths.
    public Collection<AdminEndpoint> all() {
        return endpoints.values();
    }

    /// Never throws: a handler that does is answered for with 500.
    public AdminResponse answer(AdminRequest request) {
        AdminEndpoint endpoint = endpoints.get(request.path());
        if (endpoint == null && NOT_YET.contains(request.path())) {
            return AdminResponse.text(
                    501,
                    request.path()
                            + " is a page of Envoy's admin server that Nuncio does not support"
                            + " yet\n");
        }
        if (endpoint == null) {
            return AdminResponse.text(404, "invalid path. " + help());
        }
        if (endpoint.mutates() && !request.method().equals("POST")) {
            LOG.error(
                    "admin path \"{}\" mutates state, method={} rather than POST",
                    endpoint.path(),
                    request.method());
            return AdminResponse.text(
                    405, "Method " + request.method() + " not allowed, POST required.");
        }
        try {
            return endpoint.handler().handle(request);
        } catch (RuntimeException bug) {
            LOG.error("admin path {} failed", endpoint.path(), bug);
            return AdminResponse.text(500, "internal error, see the log\n");
        }
    }

    private String help() {
        StringBuilder help = new StringBuilder("admin commands are:\n");
        for (AdminEndpoint endpoint : endpoints.values()) {
            help.append("  ").append(endpoint.path());
            if (endpoint.mutates()) {
                help.append(" (POST)");
            }
            help.append(": ").append(endpoint.help()).append('\n');
            for (AdminEndpoint.Parameter parameter : endpoint.parameters()) {
                help.append("      ").append(parameter.id()).append(": ").append(parameter.help());
                if (parameter.type() == AdminEndpoint.Type.ENUM) {
                    help.append("; One of (")
                            .append(String.join(", ", parameter.choices()))
                            .append(')');
                }
                help.append('\n');
            }
        }
        return help.toString();
    }
}
