package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Connections that netfilter redirects, in a network of the test's own.
class OriginalDstIT {
    private static final String LISTENER =
            """
              - name: %s
                address: { socket_address: { address: "%s", port_value: %d } }
                listener_filters:
                - name: envoy.filters.listener.original_dst
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: h
                      route_config:
                        response_headers_to_add:
                        - header: { key: x-local, value: "%%DOWNSTREAM_LOCAL_ADDRESS%%" }
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: { prefix: / }
                            direct_response: { status: 200 }
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
            """;

    /// Redirects what goes to port 80 of two addresses, starts the proxy, and asks both and the
    /// listener itself. What the shell prints is what the answers say.
    private static final String SCRIPT =
            """
            set -e
            ip link set lo up
            ip addr add 10.9.9.1/24 dev lo
            ip -6 addr add fd00:9::1/128 dev lo
            ip -6 addr add fd00:9::9/128 dev lo
            nft -f - <<'RULES'
            table inet nat {
              chain output {
                type nat hook output priority -100;
                ip daddr 10.9.9.9 tcp dport 80 redirect to :15001
                ip6 daddr fd00:9::9 tcp dport 80 redirect to :15002
              }
            }
            RULES
            "$LAUNCHER" -c "$FOLDER/config.yaml" --concurrency 1 \\
                --admin-address-path "$FOLDER/admin" >"$FOLDER/log" 2>&1 &
            proxy=$!
            trap 'kill $proxy; wait $proxy' EXIT
            for attempt in $(seq 600); do
              [ -s "$FOLDER/admin" ] && curl -sf "http://$(cat "$FOLDER/admin")/ready" >/dev/null && break
              kill -0 $proxy
              sleep 0.1
            done
            for url in 10.9.9.9:80 '[fd00:9::9]:80' 127.0.0.1:15001; do
              curl -s --max-time 10 -g -o /dev/null -D - "http://$url/" | tr -d '\\r' | sed -n 's/^x-local: //p'
            done
            """;

    @TempDir Path folder;

    @BeforeAll
    static void needsItsOwnNetwork() throws Exception {
        assumeTrue(
                exitCode("unshare", "-n", "sh", "-c", "ip link set lo up && nft list ruleset") == 0,
                "skipped: a network namespace and nft are necessary (root, nftables, iproute2)");
    }

    private static int exitCode(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (java.io.IOException notThere) {
            return -1;
        }
    }

    @Test
    void aRedirectedConnectionHasTheAddressThatItWasMadeTo() throws Exception {
        String config =
                "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }\n"
                        + "static_resources:\n  listeners:\n"
                        + LISTENER.formatted("four", "0.0.0.0", 15001)
                        + LISTENER.formatted("six", "::", 15002);
        Files.writeString(folder.resolve("config.yaml"), config);
        var builder = new ProcessBuilder("unshare", "-n", "bash", "-c", SCRIPT);
        builder.environment().put("LAUNCHER", Distribution.LAUNCHER.toString());
        builder.environment().put("FOLDER", folder.toString());
        Path out = folder.resolve("out");
        Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();

        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroy();

        assertThat(ended).as(Files.readString(out)).isTrue();
        assertThat(Files.readAllLines(out))
                .as(Files.readString(folder.resolve("log")))
                .containsExactly("10.9.9.9:80", "[fd00:9::9]:80", "127.0.0.1:15001");
    }
}
