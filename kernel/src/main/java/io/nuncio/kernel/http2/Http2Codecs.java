package io.nuncio.kernel.http2;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ClientCodecTemplate;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.ServerCodecTemplate;

import java.util.function.Function;

/// Compiles HTTP/2 codecs, whatever type the configuration names. Thread: main.
public final class Http2Codecs implements Codecs {
    @Override
    public ServerCodecTemplate server(CodecConfig config, FactoryContext context, String field) {
        var settings = Http2Settings.server(config, context.stats(), context.problems().in(field));
        Function<Worker, WorkerMemory> memory = context.perWorker(worker -> new WorkerMemory());
        return (connection, callbacks) ->
                new Http2ServerCodec(
                        connection, callbacks, settings, memory.apply(connection.worker()));
    }

    @Override
    public ClientCodecTemplate client(CodecConfig config, FactoryContext context, String field) {
        var settings = Http2Settings.client(config, context.stats(), context.problems().in(field));
        Function<Worker, WorkerMemory> memory = context.perWorker(worker -> new WorkerMemory());
        return (connection, callbacks) ->
                new Http2ClientCodec(
                        connection, callbacks, settings, memory.apply(connection.worker()));
    }
}
