package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.net.Socket;

class EpollConnectionTest extends SocketConnectionTest {
    @Override
    IoEngine engine() {
        return IoEngine.EPOLL;
    }

    /// A lambda, a boxed number or a buffer per read would show here.
    @Test
    void readingAndWritingAllocateNextToNothing() throws Exception {
        int warmUp = 20_000;
        int rounds = 5_000;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Loopback loopback = new Loopback(engine());
                Socket client = loopback.client(loopback.serve(0, EchoFilter::new))) {
            client.setTcpNoDelay(true);
            long worker = loopback.onWorker(() -> Thread.currentThread().threadId());
            pingPong(client, warmUp);
            long before = threads.getThreadAllocatedBytes(worker);
            pingPong(client, rounds);
            long perRound = (threads.getThreadAllocatedBytes(worker) - before) / rounds;
            assertThat(perRound).as("bytes per request and response").isLessThan(150);
        }
    }

    private static void pingPong(Socket client, int times) throws Exception {
        byte[] message = new byte[150];
        for (int i = 0; i < times; i++) {
            client.getOutputStream().write(message);
            client.getInputStream().readNBytes(message, 0, message.length);
        }
    }
}
