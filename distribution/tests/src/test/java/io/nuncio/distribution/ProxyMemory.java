package io.nuncio.distribution;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// What a proxy's process holds: the heap after a collection, and the memory of its buffers outside
/// the heap.
public final class ProxyMemory implements AutoCloseable {
    private final RunningProxy proxy;
    private final JMXConnector connector;
    private final MemoryMXBean collector;
    private long first = -1;
    private long most;

    public ProxyMemory(RunningProxy proxy) throws IOException {
        this.proxy = proxy;
        connector = connect(proxy.pid());
        collector =
                ManagementFactory.getPlatformMXBean(
                        connector.getMBeanServerConnection(), MemoryMXBean.class);
    }

    /// Measures; the first time is what all others are compared with.
    public synchronized void look() throws IOException {
        long now = held();
        if (first < 0) {
            first = now;
        }
        most = Math.max(most, now);
    }

    /// What it holds now, in bytes.
    public long held() throws IOException {
        try {
            return heap() + proxy.stat("nuncio.memory_direct");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /// The most that was seen beyond the first time.
    public synchronized long peak() {
        return most - first;
    }

    private long heap() throws IOException, InterruptedException {
        collector.gc();
        return proxy.stat("server.memory_allocated");
    }

    /// Asks the process itself, since a `jcmd` for each look takes seconds on a busy machine.
    private static JMXConnector connect(long pid) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try {
                return JMXConnectorFactory.connect(
                        new JMXServiceURL(machine.startLocalManagementAgent()));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        try {
            connector.close();
        } catch (IOException ended) {
            return; // with the process
        }
    }
}
