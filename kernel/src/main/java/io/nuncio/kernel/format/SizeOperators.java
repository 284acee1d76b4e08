package io.nuncio.kernel.format;

import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.function.Function;
import java.util.function.ToLongFunction;

/// Operators that print how many bytes there were.
final class SizeOperators {
    private SizeOperators() {}

    static void addTo(Operators operators) {
        addHeaders(operators, "REQUEST_HEADERS_BYTES", FormatContext::requestHeaders);
        addHeaders(operators, "RESPONSE_HEADERS_BYTES", FormatContext::responseHeaders);
        addHeaders(operators, "RESPONSE_TRAILERS_BYTES", FormatContext::responseTrailers);
        add(operators, "BYTES_RECEIVED", StreamInfo::bytesReceived);
        add(operators, "BYTES_SENT", StreamInfo::bytesSent);
        // As in Envoy, which knows these of QUIC alone.
        add(operators, "BYTES_RETRANSMITTED", _ -> 0);
        add(operators, "PACKETS_RETRANSMITTED", _ -> 0);
        addCounts(
                operators,
                "WIRE_BYTES_RECEIVED",
                ByteCounts::wireBytesReceived,
                ConnectionInfo::wireBytesReceived);
        addCounts(
                operators,
                "WIRE_BYTES_SENT",
                ByteCounts::wireBytesSent,
                ConnectionInfo::wireBytesSent);
        addCounts(operators, "HEADER_BYTES_RECEIVED", ByteCounts::headerBytesReceived, _ -> 0);
        addCounts(operators, "HEADER_BYTES_SENT", ByteCounts::headerBytesSent, _ -> 0);
        addCounts(
                operators,
                "DECOMPRESSED_HEADER_BYTES_RECEIVED",
                ByteCounts::decompressedHeaderBytesReceived,
                _ -> 0);
        addCounts(
                operators,
                "DECOMPRESSED_HEADER_BYTES_SENT",
                ByteCounts::decompressedHeaderBytesSent,
                _ -> 0);
    }

    private static void add(Operators operators, String name, ToLongFunction<StreamInfo> function) {
        operators.add(name, new Pieces.Number(context -> function.applyAsLong(context.info())));
    }

    private static void addHeaders(
            Operators operators,
            String name,
            Function<FormatContext, @Nullable ? extends HeaderMap> map) {
        operators.add(
                name,
                new Pieces.Number(context -> {
                    HeaderMap headers = map.apply(context);
                    return headers == null ? 0 : headers.byteSize();
                }));
    }

    /// Both sides' operators: of an HTTP stream's part of a connection, or of a connection as such.
    private static void addCounts(
            Operators operators,
            String name,
            ToLongFunction<ByteCounts> ofStream,
            ToLongFunction<ConnectionInfo> ofConnection) {
        add(
                operators,
                "DOWNSTREAM_" + name,
                info ->
                        counted(
                                info,
                                info.downstreamBytes(),
                                info.downstream(),
                                ofStream,
                                ofConnection));
        add(
                operators,
                "UPSTREAM_" + name,
                info -> {
                    UpstreamInfo upstream = info.upstream();
                    return upstream == null
                            ? 0
                            : counted(
                                    info,
                                    upstream.bytes(),
                                    upstream.connection(),
                                    ofStream,
                                    ofConnection);
                });
    }

    /// What a stream or a protocol proxy counted; of a connection that nobody else counts, all.
    private static long counted(
            StreamInfo info,
            ByteCounts counts,
            @Nullable ConnectionInfo connection,
            ToLongFunction<ByteCounts> ofStream,
            ToLongFunction<ConnectionInfo> ofConnection) {
        return counts == ByteCounts.NONE && info.protocol() == null && connection != null
                ? ofConnection.applyAsLong(connection)
                : ofStream.applyAsLong(counts);
    }
}
