package io.nuncio.kernel.http1;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ClientCodecTemplate;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.ServerCodecTemplate;

import java.util.function.Function;

/// Compiles HTTP/1 codecs, whatever type the configuration names. Thread: main.
public final class Http1Codecs implements Codecs {
    @Override
    public ServerCodecTemplate server(CodecConfig config, FactoryContext context, String field) {
        Problems problems = context.problems().in(field);
        var settings = Http1Settings.server(config, context.stats(), problems);
        Function<Worker, HeadWriter> writers = context.perWorker(worker -> new HeadWriter());
        return (connection, callbacks) ->
                new Http1ServerCodec(
                        connection, callbacks, settings, writers.apply(connection.worker()));
    }

    @Override
    public ClientCodecTemplate client(CodecConfig config, FactoryContext context, String field) {
        Problems problems = context.problems().in(field);
        var settings = Http1Settings.client(config, context.stats(), problems);
        Function<Worker, HeadWriter> writers = context.perWorker(worker -> new HeadWriter());
        return (connection, callbacks) ->
                new Http1ClientCodec(
                        connection, callbacks, settings, writers.apply(connection.worker()));
    }
}
