package io.nuncio.kernel.upstream;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Which transport socket a host's connections have: the first of `transport_socket_matches` that
/// fits the host's metadata, else the first that fits its locality's, else the cluster's own.
/// Thread: main.
final class TransportSockets {
    /// Where metadata says what a host can do.
    private static final String NAMESPACE = "envoy.transport_socket_match";

    /// One of a cluster's transport sockets.
    ///
    /// @param name in statistics
    /// @param labels what the metadata must have; none for all hosts
    /// @param socket null for plaintext
    record Candidate(String name, Struct labels, @Nullable TransportSocketTemplate socket) {
        private boolean fits(@Nullable Metadata metadata) {
            if (labels.getFieldsCount() == 0) {
                return true;
            }
            Struct said = metadata == null ? null : metadata.getFilterMetadataMap().get(NAMESPACE);
            if (said == null) {
                return false;
            }
            Map<String, Value> values = said.getFieldsMap();
            for (Map.Entry<String, Value> label : labels.getFieldsMap().entrySet()) {
                if (!label.getValue().equals(values.get(label.getKey()))) {
                    return false;
                }
            }
            return true;
        }
    }

    private final StatsScope scope;
    private final List<Candidate> matches;
    private final List<Dialing> dialings = new ArrayList<>(); // of the matches
    private final Candidate own;
    private final Dialing ownDialing;

    /// @param scope the cluster's
    /// @param own the cluster's transport socket, null for plaintext
    TransportSockets(
            StatsScope scope,
            ConnectOptions plain,
            UpstreamProtocol.Choice protocols,
            List<Candidate> matches,
            @Nullable TransportSocketTemplate own) {
        this.scope = scope;
        this.matches = List.copyOf(matches);
        for (Candidate match : matches) {
            dialings.add(Dialing.of(plain, protocols, match.socket()));
        }
        this.own = new Candidate("default", Struct.getDefaultInstance(), own);
        ownDialing = Dialing.of(plain, protocols, own);
    }

    /// How the connections to a host are opened; counts the choice.
    Dialing choose(@Nullable Metadata host, @Nullable Metadata locality) {
        int index = first(host);
        if (index < 0) {
            index = first(locality);
        }
        scope.counter((index < 0 ? own : matches.get(index)).name() + ".total_match_count")
                .increment();
        return index < 0 ? ownDialing : dialings.get(index);
    }

    private int first(@Nullable Metadata metadata) {
        for (int i = 0; i < matches.size(); i++) {
            if (matches.get(i).fits(metadata)) {
                return i;
            }
        }
        return -1;
    }

    /// No connection is left.
    void close() {
        for (Candidate match : matches) {
            close(match);
        }
        close(own);
    }

    private static void close(Candidate candidate) {
        if (candidate.socket() != null) {
            candidate.socket().close();
        }
    }
}
