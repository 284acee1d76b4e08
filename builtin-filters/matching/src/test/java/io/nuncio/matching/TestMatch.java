package io.nuncio.matching;

import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.testkit.FakeConnectionInfo;

import org.jspecify.annotations.Nullable;

/// What a test has matched: a connection, and headers where the test sets them.
final class TestMatch implements MatchContext {
    final FakeConnectionInfo connection = new FakeConnectionInfo();
    @Nullable RequestHeaders request;
    @Nullable ResponseHeaders response;

    @Override
    public StreamInfo info() {
        throw new IllegalStateException("inputs ask for the connection");
    }

    @Override
    public ConnectionInfo connection() {
        return connection;
    }

    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return request;
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        return response;
    }
}
