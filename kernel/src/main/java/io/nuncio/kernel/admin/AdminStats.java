package io.nuncio.kernel.admin;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

import java.util.List;

/// Statistics of the admin server's connections and requests, `http.admin.*` and
/// `listener.admin.*`.
///
/// @param responses by the first digit of the status, from 1 to 5
record AdminStats(
        Counter connectionTotal,
        Gauge connectionActive,
        Counter connectionHttp1Total,
        Gauge connectionHttp1Active,
        Counter connectionDestroyed,
        Counter protocolErrors,
        Counter requestTotal,
        Gauge requestActive,
        Counter requestHttp1Total,
        Counter requestCompleted,
        List<Counter> responses,
        Counter listenerConnectionTotal,
        Gauge listenerConnectionActive,
        Counter listenerConnectionDestroyed,
        Counter globalOverflow) {
    static AdminStats in(StatsScope root) {
        StatsScope http = root.scope("http.admin");
        StatsScope listener = root.scope("listener.admin");
        return new AdminStats(
                http.counter("downstream_cx_total"),
                http.gauge("downstream_cx_active"),
                http.counter("downstream_cx_http1_total"),
                http.gauge("downstream_cx_http1_active"),
                http.counter("downstream_cx_destroy"),
                http.counter("downstream_cx_protocol_error"),
                http.counter("downstream_rq_total"),
                http.gauge("downstream_rq_active"),
                http.counter("downstream_rq_http1_total"),
                http.counter("downstream_rq_completed"),
                List.of(
                        http.counter("downstream_rq_1xx"),
                        http.counter("downstream_rq_2xx"),
                        http.counter("downstream_rq_3xx"),
                        http.counter("downstream_rq_4xx"),
                        http.counter("downstream_rq_5xx")),
                listener.counter("downstream_cx_total"),
                listener.gauge("downstream_cx_active"),
                listener.counter("downstream_cx_destroy"),
                listener.counter("downstream_global_cx_overflow"));
    }

    void connectionOpened() {
        connectionTotal.increment();
        connectionActive.increment();
        connectionHttp1Total.increment();
        connectionHttp1Active.increment();
        listenerConnectionTotal.increment();
        listenerConnectionActive.increment();
    }

    void connectionEnded() {
        connectionActive.decrement();
        connectionHttp1Active.decrement();
        connectionDestroyed.increment();
        listenerConnectionActive.decrement();
        listenerConnectionDestroyed.increment();
    }

    void requestBegan() {
        requestTotal.increment();
        requestHttp1Total.increment();
        requestActive.increment();
    }

    void response(int status) {
        requestCompleted.increment();
        responses.get(status / 100 - 1).increment();
    }
}
