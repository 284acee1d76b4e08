package io.nuncio.distribution.flow;

import io.nuncio.distribution.Distribution;
import io.nuncio.distribution.RunningProxy;

import java.io.IOException;
import java.nio.file.Path;

/// What a proxy's process holds: the heap after a collection, and the memory of its buffers outside
/// the heap.
final class ProxyMemory {
    private final RunningProxy proxy;
    private long first = -1;
    private long most;

    ProxyMemory(RunningProxy proxy) {
        this.proxy = proxy;
    }

    /// Measures; the first time is what all others are compared with.
    synchronized void look() throws IOException {
        try {
            long now = heap() + proxy.stat("nuncio.memory_direct");
            if (first < 0) {
                first = now;
            }
            most = Math.max(most, now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /// The most that was seen beyond the first time.
    synchronized long peak() {
        return most - first;
    }

    private long heap() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
        var collect = new ProcessBuilder(jcmd, Long.toString(proxy.pid()), "GC.run");
        Distribution.Finished collected = Distribution.finish(collect);
        if (collected.exitCode() != 0) {
            throw new IOException(collected.output());
        }
        return proxy.stat("server.memory_allocated");
    }
}
