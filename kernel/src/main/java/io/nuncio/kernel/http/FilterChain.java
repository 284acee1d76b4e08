package io.nuncio.kernel.http;

import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Calls;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpStream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import java.util.function.Function;

/// A compiled chain: immutable, shared by all workers.
///
/// @param streams those that have begun and not ended
/// @param values what the filters keep per connection
/// @param calls makes the owner of one filter's calls
record FilterChain(
        FilterSlot[] slots,
        FilterManagerStats stats,
        Logger logger,
        UseCount streams,
        ConnectionValues values,
        Function<Worker, Calls> calls)
        implements HttpFilterChain {
    FilterChain(
            FilterSlot[] slots,
            FilterManagerStats stats,
            Logger logger,
            UseCount streams,
            Function<Worker, Calls> calls) {
        this(slots, stats, logger, streams, new ConnectionValues(streams, logger), calls);
    }

    @Override
    public HttpStream start(Worker worker, @Nullable Connection connection, HttpStream.Sink sink) {
        streams.enter(worker);
        return new ActiveStream(this, worker, connection, sink);
    }

    @Override
    public void whenUnused(Runnable task) {
        streams.retire(task);
    }
}
