package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

class EpollConnectionTest extends SocketConnectionTest {
    @Override
    IoEngine engine() {
        return IoEngine.EPOLL;
    }

    /// A lambda, a boxed number or a buffer per read would show here.
    @Test
    void readingAndWritingAllocateNextToNothing() throws Exception {
        int rounds = 5_000;
        int most = 150; // bytes per request and response
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Loopback loopback = new Loopback(engine());
                Socket client = loopback.client(loopback.serve(0, EchoFilter::new))) {
            client.setTcpNoDelay(true);
            long worker = loopback.onWorker(() -> Thread.currentThread().threadId());
            List<Long> perRound = new ArrayList<>();
            // Until what runs often is compiled, which takes its time on a busy machine.
            while (perRound.size() < 40 && (perRound.isEmpty() || perRound.getLast() >= most)) {
                long before = threads.getThreadAllocatedBytes(worker);
                pingPong(client, rounds);
                perRound.add((threads.getThreadAllocatedBytes(worker) - before) / rounds);
            }

            assertThat(perRound)
                    .last()
                    .asInstanceOf(InstanceOfAssertFactories.LONG)
                    .isLessThan(most);
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
