package io.nuncio.kernel.admin;

import io.envoyproxy.envoy.admin.v3.Memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// `/memory`, in the JVM's terms: `allocated` is what the heap holds, garbage included; `heap_size`
/// what the heap has of the system; `pageheap_free` the difference; `pageheap_unmapped` what the
/// heap may still grow by; `total_physical_bytes` the whole process's resident memory.
final class MemoryPage {
    private static final Path STATUS = Path.of("/proc/self/status");

    private MemoryPage() {}

    static Memory message() {
        Runtime runtime = Runtime.getRuntime();
        long heap = runtime.totalMemory();
        long free = runtime.freeMemory();
        return Memory.newBuilder()
                .setAllocated(heap - free)
                .setHeapSize(heap)
                .setPageheapFree(free)
                .setPageheapUnmapped(runtime.maxMemory() - heap)
                .setTotalPhysicalBytes(resident(heap))
                .build();
    }

    /// As the system counts it, where there is a system that does.
    private static long resident(long otherwise) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException _) {
            return otherwise;
        }
        return otherwise;
    }
}
