package io.nuncio.kernel.http2;

import io.nuncio.spi.Connection;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

/// Envoy's `connection_keepalive`: PING from time to time, and before a stream on a connection that
/// was silent for long; a peer that does not answer loses its connection. Any frame counts as a
/// sign of life.
final class Pings {
    private final Session session;
    private final Http2Settings.Keepalive config;
    private final Worker worker;
    private final Timer interval;
    private final Timer timeout;
    private long lastBytes;

    Pings(Session session, Http2Settings.Keepalive config) {
        this.session = session;
        this.config = config;
        worker = session.connection().worker();
        interval = worker.timer(this::send);
        timeout = worker.timer(this::onTimeout);
        lastBytes = worker.nanoTime();
    }

    void start() {
        armInterval();
    }

    void stop() {
        interval.disarm();
        timeout.disarm();
    }

    private void armInterval() {
        if (config.interval() > 0) {
            long jitter = (long) (config.interval() * config.jitter() / 100);
            long more = jitter > 0 ? Long.remainderUnsigned(worker.random(), jitter) : 0;
            interval.arm(config.interval() + more);
        }
    }

    private void send() {
        if (session.over() || timeout.armed()) {
            return;
        }
        session.writer().ping(false, worker.currentTimeMillis());
        session.flush();
        timeout.arm(config.timeout());
    }

    /// A stream is about to begin on a connection that may be dead.
    void onNewStream() {
        if (config.idleInterval() > 0 && worker.nanoTime() - lastBytes > config.idleInterval()) {
            send();
        }
    }

    void onBytes() {
        lastBytes = worker.nanoTime();
    }

    /// Any frame but an answer.
    void onFrame() {
        if (timeout.armed()) {
            timeout.arm(config.timeout());
        }
    }

    void onAnswer() {
        timeout.disarm();
        armInterval();
    }

    private void onTimeout() {
        session.stats().keepaliveTimeout().increment();
        session.connection().close(Connection.Close.NO_FLUSH, "http2_ping_timeout");
    }
}
