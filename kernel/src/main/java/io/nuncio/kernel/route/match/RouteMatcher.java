package io.nuncio.kernel.route.match;

import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.nuncio.kernel.match.HeaderMatch;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// All conditions of one route; all must hold. The cheapest that fails most often, the path, is
/// asked first.
public final class RouteMatcher {
    private static final byte[] GRPC = {
        'a', 'p', 'p', 'l', 'i', 'c', 'a', 't', 'i', 'o', 'n', '/', 'g', 'r', 'p', 'c'
    };

    private final PathMatch path;
    private final HeaderMatch[] headers;
    private final QueryParameterMatch[] query;
    private final boolean grpc;
    private final StreamMatch[] stream;

    /// Asked with the stream's random number; null for no such condition.
    private final @Nullable RuntimeFraction fraction;

    private RouteMatcher(
            PathMatch path,
            HeaderMatch[] headers,
            QueryParameterMatch[] query,
            boolean grpc,
            StreamMatch[] stream,
            @Nullable RuntimeFraction fraction) {
        this.path = path;
        this.headers = headers;
        this.query = query;
        this.grpc = grpc;
        this.stream = stream;
        this.fraction = fraction;
    }

    /// Compiles a route's match.
    ///
    /// @return null if the path is wrong; the problem is reported
    public static @Nullable RouteMatcher of(
            RouteMatch match, RuntimeValues runtime, Problems problems) {
        PathMatch path = PathMatch.of(match, problems);
        HeaderMatch[] headers = HeaderMatch.all(match.getHeadersList(), problems, "headers");
        QueryParameterMatch[] query =
                QueryParameterMatch.all(
                        match.getQueryParametersList(), problems, "query_parameters");
        StreamMatch[] stream = StreamMatch.all(match, problems);
        return path == null
                ? null
                : new RouteMatcher(
                        path,
                        headers,
                        query,
                        match.hasGrpc(),
                        stream,
                        match.hasRuntimeFraction()
                                ? runtime.fraction(match.getRuntimeFraction())
                                : null);
    }

    public PathMatch path() {
        return path;
    }

    /// @param bytes the array of the request's headers
    /// @param start where the path starts in it
    /// @param pathLength how long the path is without query, fragment and what else is not to be
    ///   matched
    /// @param limit where the path ends, with its query
    public boolean matches(
            RequestHeaders request,
            StreamInfo info,
            byte[] bytes,
            int start,
            int pathLength,
            int limit,
            long random) {
        return path.matches(bytes, start, pathLength)
                && (headers.length == 0 || HeaderMatch.allMatch(headers, request))
                && (fraction == null || fraction.includes(random))
                && (query.length == 0 || queryMatches(bytes, start, limit))
                && (!grpc || isGrpc(request))
                && (stream.length == 0 || streamMatches(info));
    }

    private boolean streamMatches(StreamInfo info) {
        for (StreamMatch each : stream) {
            if (!each.matches(info)) {
                return false;
            }
        }
        return true;
    }

    private boolean queryMatches(byte[] bytes, int start, int limit) {
        int at = start;
        while (at < limit && bytes[at] != '?') {
            at++;
        }
        int from = Math.min(at + 1, limit);
        for (QueryParameterMatch parameter : query) {
            if (!parameter.matches(bytes, from, limit)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isGrpc(RequestHeaders request) {
        int entry = request.find(HeaderName.CONTENT_TYPE);
        if (entry < 0) {
            return false;
        }
        int start = request.valueStart(entry);
        int length = request.valueLength(entry);
        byte[] bytes = request.array();
        return length >= GRPC.length
                && Arrays.equals(bytes, start, start + GRPC.length, GRPC, 0, GRPC.length)
                && (length == GRPC.length || bytes[start + GRPC.length] == '+');
    }
}
