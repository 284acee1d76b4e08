package io.nuncio.network.tcpproxy;

import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.host.JitteredBackOff;

import org.jspecify.annotations.Nullable;

/// How often one connection tried to get an upstream, and when it does again. Thread: the
/// connection's worker.
final class ConnectAttempts {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final TcpProxyConfig config;
    private final NetworkStream stream;
    private final Runnable connect;
    private @Nullable JitteredBackOff backOff;
    private @Nullable Timer timer;
    private int count;

    /// @param connect makes another attempt, if it is still wanted
    ConnectAttempts(TcpProxyConfig config, NetworkStream stream, Runnable connect) {
        this.config = config;
        this.stream = stream;
        this.connect = connect;
    }

    /// One more is made.
    void begin() {
        count++;
        StreamInfo info = stream.connection().streamInfo();
        if (count == 1) {
            info.mark(StreamInfo.Moment.UPSTREAM_REQUEST_CREATED);
        }
        info.attemptCount(count);
    }

    /// Sees to another, never from within the one that failed: a host may refuse at once, every
    /// time.
    ///
    /// @return false if none is left
    boolean again() {
        if (count >= config.connectAttempts()) {
            return false;
        }
        TcpProxyConfig.BackOff pause = config.backOff();
        if (pause == null) {
            stream.post(connect);
        } else {
            pause(pause);
        }
        return true;
    }

    private void pause(TcpProxyConfig.BackOff pause) {
        JitteredBackOff pauses = backOff;
        Timer wake = timer;
        if (pauses == null || wake == null) {
            pauses = new JitteredBackOff(pause.baseMillis(), pause.maxMillis());
            wake = stream.timer(connect);
            backOff = pauses;
            timer = wake;
        }
        wake.arm(pauses.nextMillis(stream.worker().random()) * NANOS_PER_MILLI);
    }
}
