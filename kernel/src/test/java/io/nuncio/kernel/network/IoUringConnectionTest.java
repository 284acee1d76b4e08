package io.nuncio.kernel.network;

import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = "available", disabledReason = "io_uring is not available here")
class IoUringConnectionTest extends SocketConnectionTest {
    static boolean available() {
        return IoEngine.IO_URING.available();
    }

    @Override
    IoEngine engine() {
        return IoEngine.IO_URING;
    }
}
