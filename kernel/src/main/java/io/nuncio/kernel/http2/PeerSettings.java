package io.nuncio.kernel.http2;

import org.jspecify.annotations.Nullable;

/// What the peer's SETTINGS say (RFC 9113, 6.5.2).
final class PeerSettings {
    /// The initial window before SETTINGS come.
    private static final int DEFAULT_WINDOW = 65535;

    private final boolean fromServer;
    private int initialWindow = DEFAULT_WINDOW;
    private long maxConcurrentStreams = 0xffff_ffffL;
    private long headerTableSize = 4096;
    private boolean extendedConnect;

    /// @param fromServer true if the peer is a server
    PeerSettings(boolean fromServer) {
        this.fromServer = fromServer;
    }

    int initialWindow() {
        return initialWindow;
    }

    long maxConcurrentStreams() {
        return maxConcurrentStreams;
    }

    long headerTableSize() {
        return headerTableSize;
    }

    /// True if the peer takes extended CONNECT (RFC 8441).
    boolean extendedConnect() {
        return extendedConnect;
    }

    /// Reads the payload of a SETTINGS frame; entries that nobody knows are ignored.
    ///
    /// @return what is wrong with it, null if nothing
    @Nullable ConnectionError read(byte[] payload, int length) {
        for (int at = 0; at < length; at += 6) {
            int identifier = (payload[at] & 0xff) << 8 | payload[at + 1] & 0xff;
            long value =
                    (payload[at + 2] & 0xffL) << 24
                            | (payload[at + 3] & 0xff) << 16
                            | (payload[at + 4] & 0xff) << 8
                            | payload[at + 5] & 0xff;
            ConnectionError error = apply(identifier, value);
            if (error != null) {
                return error;
            }
        }
        return null;
    }

    private @Nullable ConnectionError apply(int identifier, long value) {
        switch (identifier) {
            case 1 -> headerTableSize = value;
            case 2 -> {
                if (value > 1 || value == 1 && fromServer) {
                    return ConnectionError.protocol("SETTINGS: invalid SETTINGS_ENABLE_PUSH");
                }
            }
            case 3 -> maxConcurrentStreams = value;
            case 4 -> {
                if (value > Integer.MAX_VALUE) {
                    return ConnectionError.of(
                            ErrorCode.FLOW_CONTROL_ERROR,
                            "SETTINGS: too large SETTINGS_INITIAL_WINDOW_SIZE");
                }
                initialWindow = (int) value;
            }
            case 5 -> {
                if (value < 16384 || value > 0xffffff) {
                    return ConnectionError.protocol("SETTINGS: invalid SETTINGS_MAX_FRAME_SIZE");
                }
            }
            case 8 -> {
                if (value > 1 || value == 0 && extendedConnect) {
                    return ConnectionError.protocol(
                            "SETTINGS: invalid SETTINGS_ENABLE_CONNECT_PROTOCOL");
                }
                extendedConnect = value == 1;
            }
            default -> {}
        }
        return null;
    }
}
